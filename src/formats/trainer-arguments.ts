import type { RunContext } from '../model/context.ts';
import type { Settings } from './framing/document.ts';
import { countSetting, flagSetting, numberSetting, textSetting } from './setting.ts';

/** Names of models whose weights were quantized before training: no argument says so. */
const QUANTIZED_NAME = /gptq|awq|aqlm|bnb|[248]-?bit|\bint-?[48]\b|\bw[48]a\d|fp8/i;
const MAX_BITS = 16;

/** Whether the weights of a model of this name may be quantized, whatever the arguments say. */
export function mayBeQuantized(model: string | undefined): boolean {
  return model !== undefined && QUANTIZED_NAME.test(model);
}

/**
 * What arguments under the names of LLaMA-Factory and of Hugging Face's Trainer say of a run. An argument that is absent,
 * or of the wrong type, says nothing; nor does `deepspeed: null`, which also stands there when accelerate turned
 * DeepSpeed on.
 */
export function contextOfArguments(settings: Settings): RunContext {
  return stated({
    model: textSetting(settings.model_name_or_path),
    stage: word(settings.stage),
    finetuning_type: word(settings.finetuning_type),
    precision: precisionOf(settings),
    // with neither there is none, whatever the weights are
    loss_scaler: isUnmixed(settings) ? false : undefined,
    ...quantizationOf(settings.quantization_bit, settings.quantization_method),
    unsloth: flagSetting(settings.use_unsloth),
    liger_kernel: flagSetting(settings.enable_liger_kernel ?? settings.use_liger_kernel),
    flash_attn: word(settings.flash_attn),
    deepspeed_stage: zeroStage(settings.deepspeed),
    learning_rate: numberSetting(settings.learning_rate),
    lr_scheduler_type: word(settings.lr_scheduler_type),
    ...warmupOf(settings),
    gradient_accumulation_steps: countSetting(settings.gradient_accumulation_steps, 1),
    logging_steps: everySteps(settings.logging_steps, settings.logging_strategy),
    save_steps: everySteps(settings.save_steps, settings.save_strategy),
    max_steps: countSetting(settings.max_steps, 1),
    max_grad_norm: numberSetting(settings.max_grad_norm),
    optim: word(settings.optim),
    logging_nan_inf_filter: flagSetting(settings.logging_nan_inf_filter),
  });
}

type Possible = { readonly [key in keyof RunContext]: RunContext[key] | undefined };

/** The context without its undefined values. */
export function stated(context: Possible): RunContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined)) as RunContext;
}

/** Bits and method of quantization, from a number or the word `none`. The method of none says nothing. */
export function quantizationOf(bits: unknown, method: unknown): Possible {
  const count = word(bits) === 'none' ? 0 : countSetting(bits, 0);
  if (count === undefined || count > MAX_BITS) return {};
  if (count === 0) return { quantization_bit: 0 };
  return { quantization_bit: count, quantization_method: quantizationMethod(method) };
}

/** The method of quantization under the name that LLaMA-Factory has for it. */
export function quantizationMethod(method: unknown): string | undefined {
  const name = word(method);
  return name === 'bitsandbytes' ? 'bnb' : name;
}

function word(value: unknown): string | undefined {
  return textSetting(value)?.toLowerCase();
}

function precisionOf(settings: Settings): RunContext['precision'] | undefined {
  if (flagSetting(settings.pure_bf16) === true) return 'pure_bf16';
  if (flagSetting(settings.bf16) === true) return 'bf16';
  if (flagSetting(settings.fp16) === true) return 'fp16';
  // with neither, all depends on what the weights are
  return undefined;
}

/** Whether the arguments say that the computation is in the precision of the weights. */
export function isUnmixed({ bf16, fp16 }: Settings): boolean {
  return flagSetting(bf16) === false && flagSetting(fp16) === false;
}

/** A number of steps, where it counts. Below 1 it is a share of all steps, and how many these are is not said here. */
function everySteps(steps: unknown, strategy: unknown): number | undefined {
  return (word(strategy) ?? 'steps') === 'steps' ? countSetting(steps, 1) : undefined;
}

/** Since transformers 5, steps below 1 are a share of all. */
function warmupOf({ warmup_steps, warmup_ratio }: Settings): Possible {
  const steps = numberSetting(warmup_steps);
  if (steps !== undefined && steps > 0 && steps < 1) return { warmup_ratio: steps };
  return { warmup_steps: countSetting(warmup_steps, 0), warmup_ratio: numberSetting(warmup_ratio) };
}

/** ZeRO stage from the name of DeepSpeed's configuration or from the configuration itself. */
function zeroStage(deepspeed: unknown): number | undefined {
  if (typeof deepspeed === 'object' && deepspeed !== null) {
    const zero = (deepspeed as Settings).zero_optimization as Settings | null | undefined;
    const stage = countSetting(zero?.stage, 0);
    return stage !== undefined && stage <= 3 ? stage : undefined;
  }
  const name = textSetting(deepspeed)?.split(/[/\\]/).at(-1) ?? '';
  const stage = /(?:^|[_-])(?:z|zero|stage|zero[_-]?stage)[_-]?([0-3])(?=[_.-]|$)/i.exec(name)?.[1];
  return stage === undefined ? undefined : Number(stage);
}
