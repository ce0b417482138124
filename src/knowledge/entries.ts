import type { AlertName } from '../model/alert.ts';
import type { KnowledgeId } from '../model/knowledge.ts';
import type { Condition } from './conditions.ts';
import * as that from './conditions.ts';

/** Where people met it, and what helped. */
export interface Source {
  readonly name: string;
  readonly url: string;
}

/** A known pattern: alerts of these names, under these conditions. Its words are those of `Language.knowledge`. */
export interface Entry {
  readonly alerts: readonly AlertName[];
  readonly conditions: readonly Condition[];
  readonly sources: readonly Source[];
}

const REPOSITORIES = {
  'LLaMA-Factory': 'hiyouga/LlamaFactory',
  DeepSpeed: 'deepspeedai/DeepSpeed',
  Transformers: 'huggingface/transformers',
  TRL: 'huggingface/trl',
  PEFT: 'huggingface/peft',
  Unsloth: 'unslothai/unsloth',
  'unsloth-zoo': 'unslothai/unsloth-zoo',
  'ms-swift': 'modelscope/ms-swift',
  Axolotl: 'axolotl-ai-cloud/axolotl',
  PyTorch: 'pytorch/pytorch',
  apex: 'NVIDIA/apex',
} as const;

type Project = keyof typeof REPOSITORIES;

const NONFINITE: readonly AlertName[] = [
  'TrainerLossNonFinite',
  'TrainerGradNonFinite',
  'TrainerLossZero',
  'TrainerLossMasked',
  'TrainerStepsSkipped',
  'TrainerWeightsLost',
];

/** Every pattern that is known, with what one has to read to see it. */
export const ENTRIES: Readonly<Record<KnowledgeId, Entry>> = {
  'unsloth-4bit': {
    alerts: NONFINITE,
    conditions: [that.isUnsloth, that.is4bit, that.isFp16, that.comesAndGoes],
    sources: [issue('LLaMA-Factory', 7268)],
  },
  'spoilt-sum': {
    alerts: ['TrainerLossNonFinite'],
    conditions: [that.isUnfiltered, that.isTrainingLoss, that.areWeightsIntact],
    sources: [pull('Transformers', 13619)],
  },
  'fp16-overflow': {
    alerts: NONFINITE,
    conditions: [that.isFp16, that.comesAndGoes],
    sources: [issue('LLaMA-Factory', 9462)],
  },
  'fp16-every-step': {
    alerts: ['TrainerGradNonFinite', 'TrainerStepsSkipped'],
    conditions: [that.isFp16, that.isFromTheFirstLogs, that.isEveryStepSkipped],
    sources: [issue('LLaMA-Factory', 5660), pull('PEFT', 1706)],
  },
  'fp16-stuck': {
    alerts: ['TrainerLossZero', 'TrainerGradNonFinite', 'TrainerStepsSkipped'],
    conditions: [that.isFp16, that.isLater, that.isEveryStepSkipped],
    sources: [issue('LLaMA-Factory', 506)],
  },
  'fp16-calibration': {
    alerts: ['TrainerGradNonFinite', 'TrainerStepsSkipped'],
    conditions: [that.isFp16, that.isCalibration, that.comesAndGoes],
    sources: [issue('apex', 318)],
  },
  'fp16-range': {
    alerts: NONFINITE,
    conditions: [
      that.isModel('Gemma, T5, GLM-4 or Qwen3 MoE', /gemma|(^|[\W_])m?t5|glm-?4|qwen3.*(moe|-a\d+b)/i),
      that.isFp16,
    ],
    sources: [pull('unsloth-zoo', 600), pull('unsloth-zoo', 866), issue('ms-swift', 1099), issue('Transformers', 5651)],
  },
  'no-scaler': {
    alerts: NONFINITE,
    conditions: [that.hasNoScaler, that.areWeightsLost],
    sources: [issue('LLaMA-Factory', 5660), issue('LLaMA-Factory', 7388)],
  },
  'learning-rate': {
    alerts: ['TrainerLossDiverging', 'TrainerLossNonFinite', 'TrainerLossZero', 'TrainerWeightsLost'],
    conditions: [that.hasClimbed, that.stays],
    sources: [issue('LLaMA-Factory', 281), issue('LLaMA-Factory', 1989)],
  },
  'qwen25-attention': {
    alerts: NONFINITE,
    conditions: [
      that.isModel('Qwen2.5', /qwen-?2[._]?5/i),
      that.isLora,
      that.isFromTheFirstLogs,
      that.hasAttentionKernel,
      that.stays,
    ],
    sources: [issue('LLaMA-Factory', 8088)],
  },
  'deepspeed-sdpa': {
    alerts: NONFINITE,
    conditions: [that.isDeepSpeed, that.isSdpa, that.isFromTheFirstLogs],
    sources: [issue('LLaMA-Factory', 9631)],
  },
  'deepspeed-sentinel': {
    alerts: ['TrainerGradNonFinite', 'TrainerWeightsLost'],
    conditions: [that.isSentinel],
    sources: [
      issue('DeepSpeed', 5242),
      issue('DeepSpeed', 5347),
      pull('DeepSpeed', 7171),
      issue('LLaMA-Factory', 9567),
    ],
  },
  'deepspeed-overlap': {
    alerts: NONFINITE,
    conditions: [that.isZero12, that.isOverlapped, that.isLater],
    sources: [
      issue('DeepSpeed', 7188),
      issue('DeepSpeed', 8061),
      issue('LLaMA-Factory', 4850),
      issue('LLaMA-Factory', 8137),
    ],
  },
  'labels-masked': {
    alerts: ['TrainerLossZero'],
    conditions: [that.isNextToken, that.isFromTheFirstLogs, that.isNormZero],
    sources: [issue('Unsloth', 1128), issue('Unsloth', 2900)],
  },
  packing: {
    alerts: ['TrainerLossZero'],
    conditions: [that.isPacked, that.isNextToken, that.isFromTheFirstLogs],
    sources: [issue('Axolotl', 3453)],
  },
  'left-padding': {
    alerts: NONFINITE,
    conditions: [that.isSdpa, that.padsLeft],
    sources: [issue('Transformers', 32390), issue('PyTorch', 103749)],
  },
  'grpo-zero': {
    alerts: ['TrainerLossZero'],
    conditions: [that.isGrpo, that.isFromTheFirstLogs, that.hasFiniteNorm],
    sources: [issue('TRL', 2703), issue('TRL', 3452)],
  },
  'grpo-equal-rewards': {
    alerts: ['TrainerLossZero', 'TrainerGradVanishing', 'TrainerRewardCollapsed'],
    conditions: [that.isGrpo, that.isNormZero],
    sources: [issue('TRL', 3857), issue('ms-swift', 4570)],
  },
  'nothing-trainable': {
    alerts: ['TrainerGradVanishing'],
    conditions: [that.isNormZero],
    sources: [issue('TRL', 3926), issue('Unsloth', 1282)],
  },
  'untrained-tokens': {
    alerts: ['TrainerFailed'],
    conditions: [that.ends('the error speaks of untrained tokens', /untrained tokens/i)],
    sources: [issue('Unsloth', 658), issue('Unsloth', 1258)],
  },
  'unsloth-8bit': {
    alerts: ['TrainerFailed'],
    conditions: [that.ends('out of memory', /out of memory/i), that.isLlamaFactory, that.isUnsloth, that.is8bit],
    sources: [
      {
        name: 'LLaMA-Factory unsloth.py',
        url: 'https://github.com/hiyouga/LlamaFactory/blob/main/src/llamafactory/model/model_utils/unsloth.py',
      },
    ],
  },
  'hidden-in-window': {
    alerts: ['TrainerLossMasked'],
    conditions: [that.isWindowed],
    sources: [issue('TRL', 6702)],
  },
};

function issue(project: Project, number: number): Source {
  return { name: `${project} #${number}`, url: `https://github.com/${REPOSITORIES[project]}/issues/${number}` };
}

function pull(project: Project, number: number): Source {
  return { name: `${project} #${number}`, url: `https://github.com/${REPOSITORIES[project]}/pull/${number}` };
}
