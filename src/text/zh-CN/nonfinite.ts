import type { Incident } from '../../model/incident.ts';
import { type AlertText, evidenceOf, said } from '../language.ts';
import { goBack, spelled, where } from './words.ts';

/** Alerts that NaN is behind. What is held of the weights is said elsewhere, after the diagnosis. */
export const nonfinite = {
  TrainerLossNonFinite: {
    summary: (incident) =>
      `${evidenceOf(incident, 'loss') === undefined ? '验证损失' : '损失'}为${spelled(evidenceOf(incident, 'loss') ?? evidenceOf(incident, 'eval_loss'))}${where(incident)}`,
    diagnosis: () =>
      '训练器记录的损失不是有限数。要么模型本身算出了 NaN；要么（logging_nan_inf_filter: false 时）某一次 NaN 进入了累加和，此后每一行都重复它，与训练实际进展无关。',
    advice: (incident) =>
      byWeights(incident, {
        intact: '训练可以继续，至多是日志中的累加和坏了。',
        unknown: `看下一次验证损失或 grad_norm。有限：训练仍在进行。非有限：停止任务，${goBack(incident)}。`,
      }) +
      '为避免再次出现：用 bf16 代替 fp16、降低学习率、更换注意力实现（flash_attn: disabled）；排查时设 logging_steps: 1。',
  },
  TrainerGradNonFinite: {
    summary: (incident) => {
      const norm = evidenceOf(incident, 'grad_norm');
      return `梯度范数为${spelled(norm)}${Number.isFinite(norm) ? '（NaN 的替代值）' : ''}${where(incident)}`;
    },
    diagnosis: () =>
      '某个批次的梯度不是有限数。fp16 下损失缩放器会跳过这一步；bf16、fp32 与纯半精度没有缩放器，这样的梯度会被应用，触及之处都变成 NaN。',
    advice: (incident) =>
      byWeights(incident, {
        intact: '无需回退。',
        unknown: `观察它是否持续。若持续：停止任务，${goBack(incident)}。`,
      }) +
      '尝试 bf16，或在 Unsloth 与 4 比特量化之间只选其一（Unsloth 下 quantization_bit: 8 实际按 16 位加载）。提高 max_grad_norm 没有用：NaN 裁剪之后仍是 NaN。',
  },
  TrainerLossZero: {
    summary: (incident) => `损失恰好为 0${where(incident)}`,
    diagnosis: () =>
      '这样的 0 并不真实。Hugging Face Trainer 求均值时会剔除 NaN 损失，因此整个日志窗口都是 NaN 时就记为 0.0：这很可能是被掩盖的 NaN。若从第一步起就是 0，也可能是标签全被屏蔽。',
    advice: (incident) =>
      byWeights(incident, {
        intact: '不需要回退。',
        unknown: `观察损失是否恢复。若不恢复：停止任务，${goBack(incident)}。`,
      }) +
      '尝试用 bf16 代替 fp16；若同时启用了 Unsloth 与 4 比特量化，只保留其一；logging_steps: 1 与 logging_nan_inf_filter: false 可直接看到 NaN。从第一步起为 0：检查 template、cutoff_len，并尝试 flash_attn: disabled。',
  },
  TrainerLossMasked: {
    summary: (incident) => {
      const expected = said(incident, 'expected_loss');
      const instead = expected === null ? '' : `（预期约 ${expected}）`;
      return `记录的损失 ${said(incident, 'loss') ?? ''}${instead}是 NaN 被掩盖后的假象${where(incident)}`;
    },
    diagnosis: (incident) => {
      const bad = evidenceOf(incident, 'nonfinite_micro_batches');
      const of = evidenceOf(incident, 'micro_batches');
      const part =
        bad === undefined || of === undefined ? '' : `数值吻合：该窗口的 ${of} 个微批次中有 ${bad} 个不是有限数。`;
      return `这既不是尖峰，也不是进步。Hugging Face Trainer 会把损失为 NaN 的微批次剔除出均值，并以“当前累加和除以已完成步数”代替：记录的损失因此被稀释或放大，最多可达数千倍。${part}`;
    },
    advice: (incident) =>
      byWeights(incident, {
        intact: '这个数值可以忽略，其原因不可忽略。',
        unknown: `观察之后的记录。若损失降为 0 并停在那里：停止任务，${goBack(incident)}。`,
      }) +
      'logging_steps: 1 与 logging_nan_inf_filter: false 可直接看到 NaN。对策：用 bf16 代替 fp16，Unsloth 与 4 比特量化只保留其一，更换注意力实现。',
  },
  TrainerStepsSkipped: {
    summary: (incident) => {
      const skipped = evidenceOf(incident, 'skipped_steps');
      const of = evidenceOf(incident, 'of_steps');
      return skipped === undefined || of === undefined
        ? `有优化器步没有执行${where(incident)}`
        : `${of} 步中有 ${skipped} 步优化器更新没有执行${where(incident)}`;
    },
    diagnosis: ({ severity }) =>
      severity === 'critical'
        ? '学习率停滞不动：调度器只随已应用的步前进，而现在没有一步被应用。任务什么也没有学到。'
        : '学习率落后于其调度：调度器只随已应用的步前进。fp16 下梯度溢出的步会被损失缩放器跳过；千分之一属正常，如此之多则不然。',
    advice: () =>
      'GPU 支持时改用 bf16。否则降低学习率、让适配器使用 fp32，或整体使用 fp32。若已没有任何一步被应用，请停止：时间都浪费了。',
  },
  TrainerWeightsLost: {
    summary: (incident) => `权重${incident.status === 'resolved' ? '曾被判定为' : '已是'} NaN${where(incident)}`,
    diagnosis: (incident) =>
      incident.status === 'resolved'
        ? '此后出现了有限的数值：任务已从检查点恢复，或者权重其实仍然完好。'
        : `权重为 NaN 的模型对任何批次都给出 NaN，日志中记为 NaN 或 0。它不会自行恢复。`,
    advice: (incident) =>
      `若任务仍在运行，立即停止，${goBack(incident)}${incident.rollbackCheckpoint === null ? '；没有则从头开始' : ''}。在此之前先改变起因：更低的学习率与更长的预热，用混合精度代替纯半精度，flash_attn: disabled；DeepSpeed 下设 overlap_comm: false。`,
  },
} as const satisfies Readonly<Record<string, AlertText>>;

function byWeights(incident: Incident, say: Readonly<Record<'intact' | 'unknown', string>>): string {
  return incident.weights === 'lost' ? `停止任务，${goBack(incident)}。` : say[incident.weights];
}
