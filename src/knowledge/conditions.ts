import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import type { JudgementReason } from '../model/judgement.ts';

/** One part of a pattern. */
export interface Condition {
  /** As the documentation names it. */
  readonly says: string;
  /** Null when neither the configuration nor the log tells. */
  holds(context: RunContext, incident: Incident): boolean | null;
}

type Holds = Condition['holds'];

function condition(says: string, holds: Holds): Condition {
  return { says, holds };
}

/** Null where the value is not known. */
function known<Value>(value: Value | null | undefined, test: (value: Value) => boolean): boolean | null {
  return value === undefined || value === null ? null : test(value);
}

function not({ holds }: Condition, says: string): Condition {
  return condition(says, (context, incident) => known(holds(context, incident), (held) => !held));
}

// how the run is configured

export const isUnsloth = condition('Unsloth', ({ unsloth }) => unsloth ?? null);
export const isLlamaFactory = condition('LLaMA-Factory', ({ trainer }) =>
  known(trainer, (name) => name === 'llamafactory'),
);
export const is4bit = condition('4-bit quantization', ({ quantization_bit }) =>
  known(quantization_bit, (bits) => bits === 4),
);
export const is8bit = condition('8-bit quantization', ({ quantization_bit }) =>
  known(quantization_bit, (bits) => bits === 8),
);
export const isFp16 = condition('fp16', ({ precision }) => known(precision, (name) => name === 'fp16'));
export const hasNoScaler = condition('no loss scaler (bf16, fp32 or pure half precision)', ({ loss_scaler }) =>
  known(loss_scaler, (scales) => !scales),
);
export const isLora = condition('LoRA', ({ finetuning_type }) => known(finetuning_type, (type) => type === 'lora'));
export const isGrpo = condition('GRPO', ({ stage }) => known(stage, (name) => name === 'grpo'));
export const isNextToken = condition('pre-training or SFT', ({ stage }) =>
  known(stage, (name) => name === 'pt' || name === 'sft'),
);
export const isDeepSpeed = condition('DeepSpeed', ({ deepspeed_stage }) => known(deepspeed_stage, (zero) => zero > 0));
export const isZero12 = condition('ZeRO stage 1 or 2', ({ deepspeed_stage }) =>
  known(deepspeed_stage, (zero) => zero === 1 || zero === 2),
);
export const isWindowed = condition('logging_steps above 1', ({ logging_steps }) =>
  known(logging_steps, (steps) => steps > 1),
);
/** LLaMA-Factory v1 sums nothing up. */
export const isUnfiltered = condition('logging_nan_inf_filter: false', ({ logging_nan_inf_filter, trainer }) =>
  trainer === 'llamafactory-v1' ? false : known(logging_nan_inf_filter, (filters) => !filters),
);
/** `auto` is SDPA or FlashAttention, whatever is installed. */
export const isSdpa = condition('SDPA attention', ({ flash_attn }) =>
  flash_attn === 'auto' ? null : known(flash_attn, (kernel) => kernel === 'sdpa'),
);
export const hasAttentionKernel = condition('flash_attn is not disabled', ({ flash_attn }) =>
  known(flash_attn, (kernel) => kernel !== 'disabled'),
);
/** No configuration that is read says how DeepSpeed overlaps, or whether samples are packed. */
export const isOverlapped = condition('overlap_comm', () => null);
export const isPacked = condition('packing', () => null);
export const padsLeft = condition('padding on the left (PPO and GRPO)', ({ stage }) =>
  stage === 'ppo' || stage === 'grpo' ? true : null,
);

/**
 * A model that is not known is not suspected to be this one.
 *
 * @param name of the base model, or of its folder
 */
export function isModel(says: string, name: RegExp): Condition {
  return condition(says, ({ model }) => model !== undefined && name.test(model));
}

// what the log shows

/** Steps, where it is not known how often the run logs, after which a trouble is no trouble from the beginning. */
const EARLY = 50;
/** Records in a row without a sign of life that are no coming and going. */
const FOR_GOOD = 20;
/** Records that are more than a bad moment. */
const IN_A_ROW = 5;
const SIGNS_OF_LIFE: ReadonlySet<JudgementReason> = new Set([
  'finite-norm',
  'plausible-loss',
  'evaluation',
  'recovered',
] as const);

/** The first record may show it in its norm alone, so that the loss goes bad with the second one. */
export const isFromTheFirstLogs = condition('from the first logs on', ({ logging_steps }, { firstStep }) => {
  if (firstStep === null) return null;
  if (firstStep <= 2 * (logging_steps ?? 1)) return true;
  return logging_steps === undefined && firstStep <= EARLY ? null : false;
});
export const isLater = not(isFromTheFirstLogs, 'after a good beginning');

export const comesAndGoes = condition(
  'comes and goes',
  (_, { alertname, judgement, status, occurrences }): boolean | null => {
    if (status === 'resolved') return true;
    if (alertname === 'TrainerWeightsLost' || judgement?.weights === 'lost') return false;
    if (judgement !== null && SIGNS_OF_LIFE.has(judgement.reason)) return true;
    return occurrences >= FOR_GOOD ? false : null;
  },
);
export const stays = not(comesAndGoes, 'stays');

export const areWeightsLost = condition('the weights are lost', (_, { judgement }) =>
  judgement === null || judgement.weights === 'unknown' ? null : judgement.weights === 'lost',
);

export const areWeightsIntact = condition('the weights are intact', (_, { judgement }) =>
  judgement === null || judgement.weights === 'unknown' ? null : judgement.weights === 'intact',
);

export const isTrainingLoss = condition('the training loss', (_, { evidence }) =>
  evidence.some(({ field }) => field === 'loss'),
);

/** Bad records without a good one between them, whose steps were skipped. */
export const isEveryStepSkipped = condition('step after step is skipped', ({ logging_steps }, incident) => {
  const { alertname, judgement, severity, status, firstStep, lastStep, occurrences } = incident;
  if (status === 'resolved' || occurrences < IN_A_ROW) return false;
  if (alertname === 'TrainerStepsSkipped') return severity === 'critical';
  if (judgement === null || judgement.weights === 'unknown') return null;
  if (judgement.reason !== 'learning-rate' && judgement.reason !== 'step-skipped') return false;
  if (firstStep === null || lastStep === null) return null;
  return known(logging_steps, (steps) => lastStep - firstStep <= (occurrences - 1) * steps);
});

export const isCalibration = condition(
  'no more than 16 records, all in the first 50 steps',
  (_, { lastStep, occurrences }) => known(lastStep, (step) => step <= EARLY && occurrences <= 16),
);

export const hasClimbed = condition('the loss had climbed before', (_, { alertname, judgement }) =>
  alertname === 'TrainerLossDiverging' || judgement?.reason === 'exploded' ? true : null,
);

export const isNormZero = condition('the gradient norm is exactly 0', (_, { evidence, judgement }) => {
  const norms = evidence.filter(({ field }) => field === 'grad_norm');
  if (norms.length > 0) return norms.some(({ value }) => value === 0);
  // a norm of 0 is no sign of life
  return judgement?.reason === 'finite-norm' ? false : null;
});

export const hasFiniteNorm = condition('a finite gradient norm above 0', (_, { judgement }) =>
  known(judgement, ({ reason }) => reason === 'finite-norm'),
);

/** A finite norm that is held for bad is the number that stands for NaN. */
export const isSentinel = condition('the gradient norm is exactly 1, 1.41421356, 1.7320508 or 2', (_, { evidence }) => {
  const norms = evidence.filter(({ field }) => field === 'grad_norm');
  return norms.length === 0 ? null : norms.some(({ value }) => Number.isFinite(value) && value > 0);
});

/** @param pattern of the error that ended the process */
export function ends(says: string, pattern: RegExp): Condition {
  return condition(says, (_, { words }) => words !== null && pattern.test(words));
}
