import type { ConfigRisk } from '../../model/config-risk.ts';
import type { RiskText } from '../language.ts';

export const risks: Readonly<Record<ConfigRisk, RiskText>> = {
  unsloth_4bit: {
    name: 'Unsloth 与 4 比特量化同时启用',
    diagnosis: '单独使用都稳定；同时启用时，已知会出现损失不时降为 0、梯度范数变为 NaN 的情况。',
    advice:
      '只保留其一：单用 bitsandbytes 最省显存。若两者都要：用 bf16 而不是 fp16，升级 unsloth 与 unsloth_zoo，设 flash_attn: disabled，并降低学习率。',
  },
  unsloth_8bit: {
    name: 'Unsloth 下的 8 比特量化',
    diagnosis: 'LLaMA-Factory 只把 4 比特传给 Unsloth：设为 8 比特时会悄悄按 16 位加载，显存占用翻倍。',
    advice: '不用 Unsloth 时 8 比特才会生效。若显存足够 16 位，去掉 quantization_bit 即可。',
  },
  fp16_range: {
    name: 'fp16 与超出其范围的模型',
    diagnosis: 'Gemma、T5、Qwen3-MoE、GLM4-MoE 的激活值会超过 65504，即 fp16 能表示的最大值。',
    advice: '改用 bf16；GPU 不支持时用 fp32。',
  },
  pure_half_rate: {
    name: '纯半精度与较高的学习率',
    diagnosis: '权重只有 16 位，没有 fp32 副本，也没有任何机制跳过梯度为 NaN 的一步：一次坏的更新就无法挽回。',
    advice: '使用混合精度（bf16: true，不用 pure_bf16），或把学习率降到 1e-5 并加预热。',
  },
};
