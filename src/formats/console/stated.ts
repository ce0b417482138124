import type { RunContext } from '../../model/context.ts';
import { withoutSecrets } from './secrets.ts';

type Mutable = { -readonly [key in keyof RunContext]: RunContext[key] };

/** One thing that a console may state: what the line looks like, and what it says of the run. */
interface Statement {
  readonly line: RegExp;
  readonly says: (match: RegExpExecArray) => Mutable;
}

const MAX_MODEL_LENGTH = 300;

/**
 * LLaMA-Factory's words first, then those of transformers, DeepSpeed and Unsloth. `compute dtype: None` says nothing: the
 * weights then keep the type that they were saved in.
 */
const STATEMENTS: readonly Statement[] = [
  {
    line: /compute dtype: torch\.(bfloat16|float16|float32)/,
    says: ([, dtype]) => ({ precision: dtype === 'bfloat16' ? 'bf16' : dtype === 'float16' ? 'fp16' : 'fp32' }),
  },
  { line: /\bllamafactory\.v1\./, says: () => ({ trainer: 'llamafactory-v1' }) },
  { line: /\b(?:llamafactory|llmtuner)\.(?!v1\.)\w+\./, says: () => ({ trainer: 'llamafactory' }) },
  {
    line: /\b(?:llamafactory|llmtuner)\.train\.(pt|sft|rm|ppo|dpo|kto|orpo|grpo)\./,
    says: ([, stage = '']) => ({ stage }),
  },
  {
    line: /Quantizing model to (\d) bit(?: with (\w+))?/,
    says: ([, bits, method]) => ({
      quantization_bit: Number(bits),
      ...(method === undefined ? {} : { quantization_method: methodName(method) }),
    }),
  },
  {
    line: /Loading (\d)-bit (\w+)-quantized model/,
    says: ([, bits, method = '']) => ({ quantization_bit: Number(bits), quantization_method: methodName(method) }),
  },
  { line: /Fine-tuning method: (?:LoRA|DoRA|PiSSA)/, says: () => ({ finetuning_type: 'lora' }) },
  { line: /Fine-tuning method: (Full|Freeze|OFT)/, says: ([, type = '']) => ({ finetuning_type: type.toLowerCase() }) },
  { line: /Fine-tuning mode: (full|freeze|lora)/i, says: ([, type = '']) => ({ finetuning_type: type.toLowerCase() }) },
  {
    line: /Using FlashAttention-2 for faster|Using attention implementation: flash_attention_2/,
    says: () => ({ flash_attn: 'fa2' }),
  },
  { line: /Using torch SDPA for faster|Using attention implementation: sdpa/, says: () => ({ flash_attn: 'sdpa' }) },
  { line: /Using vanilla attention|Using attention implementation: eager/i, says: () => ({ flash_attn: 'disabled' }) },
  { line: /Liger kernel has been applied/, says: () => ({ liger_kernel: true }) },
  { line: /==\(\(=+\)\)==\s+Unsloth/, says: () => ({ unsloth: true }) },
  {
    line: /Gradient Accumulation steps = ([\d,]+)/,
    says: ([, steps = '']) => ({ gradient_accumulation_steps: whole(steps) }),
  },
  { line: /Total (?:optimization )?steps = ([\d,]+)/, says: ([, steps = '']) => ({ max_steps: whole(steps) }) },
  { line: /zero_optimization_stage \.+ ([0-3])/, says: ([, stage]) => ({ deepspeed_stage: Number(stage) }) },
  { line: /ZeRO stage ([1-3]) (?:optimizer|Offload)/i, says: ([, stage]) => ({ deepspeed_stage: Number(stage) }) },
  { line: /\bfp16_enabled \.+ True/, says: () => ({ precision: 'fp16' }) },
  { line: /\b(?:bfloat16|bf16)_enabled \.+ True/, says: () => ({ precision: 'bf16' }) },
  {
    line: /\bgradient_accumulation_steps \.+ (\d+)/,
    says: ([, steps]) => ({ gradient_accumulation_steps: Number(steps) }),
  },
  { line: /\bgradient_clipping \.+ (\d+(?:\.\d+)?)/, says: ([, norm]) => ({ max_grad_norm: Number(norm) }) },
  { line: /loading configuration file (\S+?)[/\\]config\.json/, says: ([, path = '']) => ({ model: modelName(path) }) },
];

/** Whether a line is worth a look at all: most of what a console says before the first record is none of these. */
const ANY = new RegExp(STATEMENTS.map(({ line }) => line.source).join('|'), 'i');

/** Adds to `known` what a line of the console states. @returns whether there was anything new */
export function addStated(line: string, known: Mutable): boolean {
  if (!ANY.test(line)) return false;
  let isNew = false;
  for (const statement of STATEMENTS) {
    const match = statement.line.exec(line);
    if (match === null) continue;
    const says = statement.says(match);
    // the base model is loaded first; what is loaded later are adapters and checkpoints
    if (says.model !== undefined && known.model !== undefined) continue;
    isNew ||= Object.entries(says).some(([key, value]) => known[key as keyof RunContext] !== value);
    Object.assign(known, says);
  }
  return isNew;
}

function whole(text: string): number {
  return Number(text.replaceAll(',', ''));
}

function methodName(method: string): string {
  return /^(?:bitsandbytes|bnb)$/i.test(method) ? 'bnb' : method.toLowerCase().replace(/^auto(?=gptq|awq)/, '');
}

/** The name on the hub of a model that lies in its cache, else the path as it is. */
function modelName(path: string): string {
  const [, owner, name] = /models--(.+?)--(.+?)[/\\]snapshots\b/.exec(path) ?? [];
  const model = owner === undefined || name === undefined ? path : `${owner}/${name}`;
  return withoutSecrets(model).slice(0, MAX_MODEL_LENGTH);
}
