import type { Judgement, JudgementReason } from '../../model/judgement.ts';
import type { Language } from '../language.ts';

function at({ step }: Judgement): string {
  return step === null ? '' : `第 ${step} 步的`;
}

function records(count: number): string {
  return count === 1 ? '1 条坏记录' : `连续 ${count} 条坏记录`;
}

const REASON: Readonly<Record<JudgementReason, (judgement: Judgement, precision: string | null) => string>> = {
  'finite-norm': (judgement) => `完好。${at(judgement)}梯度范数是有限数，权重已丢失的模型给不出这样的数。`,
  'plausible-loss': (judgement) => `完好。${at(judgement)}损失回到了原来的水平，权重已丢失的模型给不出这样的数。`,
  evaluation: (judgement) => `完好。${at(judgement)}验证损失是有限数，权重已丢失的模型给不出这样的数。`,
  'learning-rate': (judgement) => `完好。${at(judgement)}学习率没有前进，说明该步被跳过，什么也没有应用。`,
  'step-skipped': (judgement) => `完好。${at(judgement)}训练器输出表明该步已被跳过，什么也没有应用。`,
  scaler: (judgement) =>
    `很可能完好。该训练会跳过梯度异常的步；此后还没有有限的数来证明（${records(judgement.count)}）。`,
  recovered: ({ count }) => `很可能完好。同样的问题在本任务中出现过并自行恢复（这一次：${records(count)}）。`,
  'no-scaler': ({ step }, precision) =>
    `已丢失。${precision === null ? '该精度' : `${precision} `}没有能跳过 NaN 梯度的损失缩放器，而且其后的记录${step === null ? '' : `（第 ${step} 步）`}也是坏的。`,
  exploded: (judgement) => `极可能已丢失。损失此前已经爆炸，此后再没有有限的数（${records(judgement.count)}）。`,
  'evaluation-nan': (judgement) =>
    `极可能已丢失。${at(judgement)}验证也给不出有限的数，而它用的是别的数据（${records(judgement.count)}）。`,
  end: ({ count }) => `极可能已丢失。${records(count)}，直到任务结束，没有任何存活迹象。`,
  long: (judgement) => `已丢失。${records(judgement.count)}，没有任何存活迹象。`,
  waiting: ({ count }) => {
    if (count === 0) return '尚不清楚。此后还没有能说明问题的记录。';
    const sofar = `尚不清楚。${records(count)}，没有存活迹象：`;
    return count < 3
      ? `${sofar}太少，无法判断。有限的梯度范数或验证损失可证明权重完好。`
      : `${sofar}可疑；达到 20 条即可确定。`;
  },
};

/** The verdict on the weights with its evidence. */
export const weightsZhCN: Language['weights'] = (judgement, { precision, withdrawn }) => {
  const verdict = REASON[judgement.reason](judgement, precision);
  if (!withdrawn) return verdict;
  return judgement.weights === 'lost'
    ? '不再视为已丢失。该判断已撤回：出现了存活迹象，或开始了新的一次尝试。'
    : `并未丢失，该判断已撤回：${verdict}`;
};
