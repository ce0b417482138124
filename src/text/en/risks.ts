import type { ConfigRisk } from '../../model/config-risk.ts';
import type { RiskText } from '../language.ts';

export const risks: Readonly<Record<ConfigRisk, RiskText>> = {
  unsloth_4bit: {
    name: 'Unsloth with 4-bit quantization',
    diagnosis:
      'Each alone is stable; together they are known for losses that fall to 0 and gradient norms that are NaN now and then.',
    advice:
      'Keep one of the two: bitsandbytes alone needs the least memory. With both: bf16 rather than fp16, the newest unsloth and unsloth_zoo, flash_attn: disabled, a lower learning rate.',
  },
  unsloth_8bit: {
    name: '8-bit quantization under Unsloth',
    diagnosis:
      'LLaMA-Factory tells Unsloth of 4 bits only: with 8 bits it loads 16 without a word, and needs twice the memory.',
    advice: 'Without Unsloth the 8 bits are used. If the memory suffices for 16 bits, leave quantization_bit out.',
  },
  fp16_range: {
    name: 'fp16 with a model that leaves its range',
    diagnosis: 'Activations of Gemma, T5, Qwen3-MoE and GLM4-MoE models grow beyond 65504, the largest number in fp16.',
    advice: 'Use bf16; on a GPU without it, fp32.',
  },
  pure_half_rate: {
    name: 'pure half precision with a high learning rate',
    diagnosis:
      'The weights have 16 bits, with no copy in fp32 and nothing that skips a step with NaN gradients: one bad step is applied and cannot be undone.',
    advice: 'Use mixed precision (bf16: true without pure_bf16), or a learning rate of 1e-5 with a warm-up.',
  },
};
