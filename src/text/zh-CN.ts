import type { Incident } from '../model/incident.ts';
import { explainZhCN } from './explain.zh-CN.ts';
import { knowledgeZhCN } from './knowledge.zh-CN.ts';
import { evidenceOf, type Language } from './language.ts';
import { weightsZhCN } from './weights.zh-CN.ts';

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} 秒`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} 分钟`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`;
  return `${Math.floor(seconds / 86_400)} 天`;
}

function where({ firstStep, lastStep, occurrences }: Incident): string {
  if (firstStep === null) return `（${occurrences} 条记录）`;
  if (occurrences === 1 || firstStep === lastStep) return `（第 ${firstStep} 步）`;
  return `（${occurrences} 条记录，第 ${firstStep} 至 ${lastStep} 步）`;
}

function spelled(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ' NaN';
  return Number.isFinite(value) ? ` ${value} ` : '无穷大';
}

function before({ firstStep }: Incident): string {
  return firstStep === null ? '问题出现之前' : `第 ${firstStep} 步之前`;
}

export const zhCN: Language = {
  alerts: new Proxy({
    TrainerLossNonFinite: {
      summary: (incident) =>
        `${evidenceOf(incident, 'loss') === undefined ? '验证损失' : '损失'}为${spelled(evidenceOf(incident, 'loss') ?? evidenceOf(incident, 'eval_loss'))}${where(incident)}`,
      diagnosis: () =>
        '训练器记录的损失不是有限数。要么权重已变成 NaN；要么（logging_nan_inf_filter: false 时）某一次 NaN 进入了累加和，此后每一行都重复它。之后只要出现有限的 grad_norm 或验证损失，就证明权重仍然完好。',
      advice: (incident) =>
        `看下一次验证损失或 grad_norm。有限：训练仍在进行，只是日志中的累加和坏了。非有限：立即停止，继续训练只会浪费时间，并回退到${before(incident)}的检查点。然后尝试用 bf16 代替 fp16、降低学习率、更换注意力实现（flash_attn: disabled）；排查时设 logging_steps: 1。`,
    },
    TrainerGradNonFinite: {
      summary: (incident) => {
        const norm = evidenceOf(incident, 'grad_norm');
        return `梯度范数为${spelled(norm)}${Number.isFinite(norm) ? '（NaN 的替代值）' : ''}${where(incident)}`;
      },
      diagnosis: () =>
        'fp16 下损失缩放器会跳过这一步，权重保持不变。bf16 与 fp32 没有缩放器：一次 NaN 梯度被应用，权重就永久变成 NaN。之后出现有限的 grad_norm 或合理的损失，即可证明权重完好。',
      advice: (incident) =>
        `若在 fp16 下时有时无：改用 bf16，或在 Unsloth 与 4 比特量化之间只选其一（Unsloth 下 quantization_bit: 8 实际按 16 位加载）。若持续不断：停止训练，回退到${before(incident)}的检查点。提高 max_grad_norm 没有用：NaN 裁剪之后仍是 NaN。`,
    },
    TrainerLossZero: {
      summary: (incident) => `损失恰好为 0${where(incident)}`,
      diagnosis: () =>
        '这样的 0 并不真实。Hugging Face Trainer 求均值时会剔除 NaN 损失，因此整个日志窗口都是 NaN 时就记为 0.0：这很可能是被掩盖的 NaN。若损失恢复到原来的水平，说明只是跳过了若干步，权重完好；若一直为 0，权重很可能已经丢失。若从第一步起就是 0，也可能是标签全被屏蔽。',
      advice: (incident) =>
        `观察损失是否恢复。若不恢复，停止训练并回退到${before(incident)}的检查点。尝试用 bf16 代替 fp16；若同时启用了 Unsloth 与 4 比特量化，只保留其一；设 logging_steps: 1 与 logging_nan_inf_filter: false 以直接看到 NaN。从第一步起为 0：检查 template、cutoff_len，并尝试 flash_attn: disabled。`,
    },
    TrainerStalled: {
      summary: (incident) =>
        `已 ${duration(evidenceOf(incident, 'seconds_without_record') ?? 0)} 没有新记录，停在第 ${incident.lastStep ?? 0} 步`,
      diagnosis: () =>
        '日志沉默的时间远超该任务通常的记录间隔。进程可能卡住（集合通信、数据加载、磁盘已满）、被挂起，或已被杀死而没有留下任何信息。',
      advice: () =>
        '检查进程是否存活、GPU 是否在工作（nvidia-smi、py-spy dump --pid）、磁盘剩余空间以及控制台输出的末尾。若已被杀死，从最新的检查点恢复。',
    },
    TrainerFailed: {
      summary: (incident) => {
        const words = incident.words === null ? '' : `：${incident.words}`;
        const steps = evidenceOf(incident, 'max_steps') ?? Number.NaN;
        return `训练在第 ${incident.lastStep ?? 0} 步结束，共 ${Number.isNaN(steps) ? '未知' : steps} 步${words}`;
      },
      diagnosis: (incident) =>
        incident.words !== null
          ? '控制台中有使进程结束的错误，上面是它的最后一行。'
          : incident.status === 'resolved'
            ? '训练器在最后一步之前停止，之后任务又被恢复。'
            : '训练器在最后一步之前写下了结束行：被人为停止，或被早停之类的回调停止。',
      advice: () => '若无人停止它，请查看控制台输出的末尾。从最新的检查点恢复。',
    },
  } satisfies Partial<Language['alerts']>, { get: (t, k) => (t as any)[k] ?? { summary: () => String(k), diagnosis: () => '', advice: () => '' } }) as unknown as Language['alerts'],
  knowledge: knowledgeZhCN,
  weights: weightsZhCN,
  explain: explainZhCN,
  report: {
    title: (runs) => `${runs} 个任务`,
    noRuns: '没有找到训练日志。',
    healthy: '一切正常',
    state: { running: '运行中', stalled: '停滞', finished: '已完成', failed: '失败' },
    severity: { info: '提示', warning: '警告', critical: '严重' },
    status: { firing: '仍在告警', resolved: '已恢复' },
    steps: (last, max) => `第 ${last ?? '?'} 步${max === null ? '' : `，共 ${max} 步`}`,
    records: (number) => `${number} 条记录`,
    attempts: (number) => `${number} 次尝试`,
    lastRecord: (ago) => `最后记录于 ${ago}前`,
    duration,
    setup: '配置',
    sources: '来源',
    meaning: '含义',
    todo: '建议',
    evidence: '证据',
    inhibitedBy: (alertname) => `属于 ${alertname}`,
    total: (incidents, runs) => `${runs} 个任务中有 ${incidents} 起事件`,
  },
};
