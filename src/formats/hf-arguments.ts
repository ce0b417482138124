import type { RunContext } from '../model/context.ts';

type Arguments = Readonly<Record<string, unknown>>;

/**
 * What Hugging Face's `TrainingArguments`, and those derived from them, state about a run. Left out are values that say
 * nothing: `max_steps` of -1, steps of saving and logging where the strategy is another one, and `deepspeed: null`, which
 * is also what stands there when accelerate turned DeepSpeed on.
 *
 * @param args as `to_json_string()` writes them, in every version since 4.0
 */
export function contextFromArguments(args: Arguments): RunContext {
  const warmup = positiveOrZero(args, 'warmup_steps');
  // transformers 5 has but one key: below 1 it is a share
  const isShare = warmup !== undefined && warmup > 0 && warmup < 1;
  return stated({
    precision: precision(args),
    liger_kernel: flag(args, 'use_liger_kernel'),
    deepspeed_stage: zeroStage(args.deepspeed),
    learning_rate: positiveOrZero(args, 'learning_rate'),
    lr_scheduler_type: word(args, 'lr_scheduler_type'),
    warmup_steps: isShare ? undefined : warmup,
    warmup_ratio: isShare ? warmup : positiveOrZero(args, 'warmup_ratio'),
    gradient_accumulation_steps: positive(args, 'gradient_accumulation_steps'),
    logging_steps: everySteps(args, 'logging_strategy', 'logging_steps'),
    save_steps: everySteps(args, 'save_strategy', 'save_steps'),
    max_steps: positive(args, 'max_steps'),
    max_grad_norm: positiveOrZero(args, 'max_grad_norm'),
    optim: word(args, 'optim'),
    logging_nan_inf_filter: flag(args, 'logging_nan_inf_filter'),
  });
}

/**
 * What a model's `config.json` states, given what the run's arguments did. With neither bf16 nor fp16 the computation is
 * in the precision of the weights. Only the key `dtype` says that: `torch_dtype`, its name before transformers 4.56, may
 * be what the checkpoint was saved in.
 */
export function contextFromModelConfig(config: Arguments, precision: RunContext['precision']): RunContext {
  const half = ({ bfloat16: 'pure_bf16', float16: 'pure_fp16' } as const)[String(config.dtype)];
  return stated({
    model: word(config, '_name_or_path'),
    precision: precision === 'fp32' ? half : undefined,
    ...quantization(config.quantization_config),
  });
}

function precision({ bf16, fp16 }: Arguments): RunContext['precision'] {
  if (bf16 === true) return 'bf16';
  if (fp16 === true) return 'fp16';
  return bf16 === false && fp16 === false ? 'fp32' : undefined;
}

/** DeepSpeed's configuration, when it is there and not only its path. */
function zeroStage(deepspeed: unknown): number | undefined {
  if (!isObject(deepspeed)) return undefined;
  const zero = deepspeed.zero_optimization;
  return isObject(zero) ? positiveOrZero(zero, 'stage') : undefined;
}

function quantization(config: unknown): Partial<Record<'quantization_bit' | 'quantization_method', unknown>> {
  if (!isObject(config)) return {};
  const method = word(config, 'quant_method');
  const bits = config.load_in_4bit === true ? 4 : config.load_in_8bit === true ? 8 : positive(config, 'bits');
  return { quantization_bit: bits, quantization_method: method === 'bitsandbytes' ? 'bnb' : method };
}

/** A count of steps that holds: the strategy is by steps, and the number no share of the whole run. */
function everySteps(args: Arguments, strategy: string, key: string): number | undefined {
  const steps = positive(args, key);
  const isBySteps = args[strategy] === undefined || args[strategy] === 'steps';
  return isBySteps && steps !== undefined && steps >= 1 ? steps : undefined;
}

function positiveOrZero(args: Arguments, key: string): number | undefined {
  const value = args[key];
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

function positive(args: Arguments, key: string): number | undefined {
  return positiveOrZero(args, key) || undefined;
}

function flag(args: Arguments, key: string): boolean | undefined {
  const value = args[key];
  return typeof value === 'boolean' ? value : undefined;
}

const MAX_WORD_LENGTH = 300;

function word(args: Arguments, key: string): string | undefined {
  const value = args[key];
  return typeof value === 'string' && value !== '' && value.length <= MAX_WORD_LENGTH ? value : undefined;
}

function isObject(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the keys that are unknown. */
function stated(context: { readonly [key in keyof RunContext]: unknown }): RunContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}
