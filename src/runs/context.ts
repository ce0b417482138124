import type { RunContext } from '../model/context.ts';

/** Joins what several sources say of one run: of each key, the first source that knows it is believed. Of a known precision it is known whether it has a loss scaler. */
export function mergeContext(sources: readonly RunContext[]): RunContext {
  const merged: Record<string, unknown> = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (value !== undefined) merged[key] ??= value;
    }
  }
  if (merged.precision !== undefined) merged.loss_scaler = merged.precision === 'fp16';
  return merged as RunContext;
}

const UNKNOWN = 'unknown';

/**
 * Label values of `trainer_run_info`, each of them there whatever is known, so that the series always has the same
 * labels. `quantization` is `none`, or bits after the method where that is known: `4bit`, `bnb-4bit`.
 */
export function runInfo(context: RunContext): Readonly<Record<string, string>> {
  return {
    model: context.model ?? UNKNOWN,
    stage: context.stage ?? UNKNOWN,
    finetuning_type: context.finetuning_type ?? UNKNOWN,
    precision: context.precision ?? UNKNOWN,
    quantization: quantization(context),
    unsloth: context.unsloth === undefined ? UNKNOWN : String(context.unsloth),
    trainer: context.trainer ?? UNKNOWN,
  };
}

function quantization({ quantization_bit: bits, quantization_method: method }: RunContext): string {
  if (bits === 0) return 'none';
  if (bits === undefined) return method ?? UNKNOWN;
  return method === undefined ? `${bits}bit` : `${method}-${bits}bit`;
}
