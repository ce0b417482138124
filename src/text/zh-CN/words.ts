import type { Incident } from '../../model/incident.ts';

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} 秒`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} 分钟`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`;
  return `${Math.floor(seconds / 86_400)} 天`;
}

export function where({ firstStep, lastStep, occurrences }: Incident): string {
  if (firstStep === null) return `（${occurrences} 条记录）`;
  if (occurrences === 1 || firstStep === lastStep) return `（第 ${firstStep} 步）`;
  return `（${occurrences} 条记录，第 ${firstStep} 至 ${lastStep} 步）`;
}

export function spelled(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ' NaN';
  return Number.isFinite(value) ? ` ${value} ` : '无穷大';
}

/** Where to take the training up again. */
export function goBack({ rollbackCheckpoint, firstStep }: Incident): string {
  if (rollbackCheckpoint !== null) return `回退到 ${rollbackCheckpoint}`;
  return firstStep === null ? '回退到问题出现之前的检查点' : `回退到第 ${firstStep} 步之前的检查点`;
}
