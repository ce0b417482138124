import type { RunContext } from './context.ts';

/** Families of models whose activations leave the range of fp16 (unsloth-zoo 600, 866). */
const BEYOND_FP16 =
  /gemma|(^|[/\-_])(m|flan-)?t5([-_v]|$)|qwen-?3.*-a\d+b|qwen3[-_]?moe|glm-?4(\.\d+)?[-_]?(moe|air)|glm-4\.[567]/i;
/** Above it, half-precision weights without a copy in fp32 lose what small updates say, or all of themselves. */
const HIGH_RATE = 1e-4;

/**
 * Configurations that are known for trouble, by the id under which texts and evidence know them. Each gives a number of
 * the configuration that speaks for it, or null where it is not there.
 */
export const CONFIG_RISKS = {
  /** The two together give NaN now and then, each alone is stable (LLaMA-Factory 7268). */
  unsloth_4bit: ({ unsloth, quantization_bit: bits }) => (unsloth === true && bits === 4 ? bits : null),
  /** LLaMA-Factory hands Unsloth `load_in_4bit` alone: 8 bits are silently 16. */
  unsloth_8bit: ({ unsloth, quantization_bit: bits }) => (unsloth === true && bits === 8 ? bits : null),
  fp16_range: ({ precision, model }) =>
    (precision === 'fp16' || precision === 'pure_fp16') && model !== undefined && BEYOND_FP16.test(model) ? 16 : null,
  pure_half_rate: ({ precision, learning_rate: rate }) =>
    (precision === 'pure_bf16' || precision === 'pure_fp16') && rate !== undefined && rate > HIGH_RATE ? rate : null,
} as const satisfies Readonly<Record<string, (context: RunContext) => number | null>>;

export type ConfigRisk = keyof typeof CONFIG_RISKS;

export function isConfigRisk(name: string): name is ConfigRisk {
  return Object.hasOwn(CONFIG_RISKS, name);
}
