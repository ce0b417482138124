import type { RunContext } from '../model/context.ts';
import { quantizationOf, TRAINERS } from '../view/gist.ts';
import { formatCount, formatLearningRate, formatNumber, formatPercent } from './format.ts';
import type { Words } from './words.ts';

type SettingName = keyof Words['settings'];

/** One thing that is known of how a run is configured. */
export interface Setting {
  readonly name: SettingName;
  readonly value: string;
}

/** What is known of how a run is configured, the most telling first. */
export function settingsOf(context: RunContext, words: Words): readonly Setting[] {
  const { trainer, learning_rate: rate, max_grad_norm: norm, deepspeed_stage: zero } = context;
  const said: readonly (readonly [SettingName, string | undefined])[] = [
    ['model', context.model],
    ['trainer', trainer && TRAINERS[trainer]],
    ['stage', context.stage],
    ['finetuning_type', context.finetuning_type],
    ['precision', context.precision?.replace('_', ' ')],
    ['quantization', context.quantization_bit === 0 ? words.none : quantizationOf(context)],
    ['unsloth', onOff(context.unsloth, words)],
    ['learning_rate', rate === undefined ? undefined : formatLearningRate(rate)],
    ['lr_scheduler_type', context.lr_scheduler_type],
    ['warmup', warmup(context, words)],
    ['gradient_accumulation_steps', count(context.gradient_accumulation_steps)],
    ['max_grad_norm', norm === 0 ? words.off : norm === undefined ? undefined : formatNumber(norm)],
    ['optim', context.optim],
    ['logging_nan_inf_filter', onOff(context.logging_nan_inf_filter, words)],
    ['flash_attn', context.flash_attn],
    ['liger_kernel', onOff(context.liger_kernel, words)],
    ['deepspeed', zero === 0 ? words.off : zero === undefined ? undefined : `ZeRO-${zero}`],
    ['logging_steps', every(context.logging_steps, words)],
    ['save_steps', every(context.save_steps, words)],
  ];
  return said.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function onOff(value: boolean | undefined, words: Words): string | undefined {
  if (value === undefined) return undefined;
  return value ? words.on : words.off;
}

function count(value: number | undefined): string | undefined {
  return value === undefined ? undefined : formatCount(value);
}

function every(steps: number | undefined, words: Words): string | undefined {
  return steps === undefined ? undefined : words.everySteps(formatCount(steps));
}

/** As Hugging Face's Trainer does it, steps stand above a share. */
function warmup({ warmup_steps: steps, warmup_ratio: ratio }: RunContext, words: Words): string | undefined {
  if (steps !== undefined && steps > 0) return words.countSteps(formatCount(steps));
  if (ratio !== undefined && ratio > 0) return words.shareOfSteps(formatPercent(ratio));
  return steps === 0 || ratio === 0 ? words.none : undefined;
}
