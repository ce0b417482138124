/**
 * How a run was configured, as far as what lies beside its log says so. An absent key is unknown, never a guess: a
 * source sets only what it states.
 */
export interface RunContext {
  /** Name or path of the base model. */
  readonly model?: string;
  /** `pt`, `sft`, `rm`, `ppo`, `dpo`, `kto`, `grpo`, ... */
  readonly stage?: string;
  /** `lora`, `qlora` is not one of them: `full`, `freeze`, `lora`, `oft`, ... */
  readonly finetuning_type?: string;
  /** Precision of the computation; `pure` is half-precision weights without a scaler or 32-bit copies. */
  readonly precision?: 'bf16' | 'fp16' | 'fp32' | 'pure_bf16' | 'pure_fp16';
  /** Whether steps whose gradients are not finite are skipped by a loss scaler: only in mixed fp16. */
  readonly loss_scaler?: boolean;
  /** Bits of the quantized base model; 0 when it is known not to be quantized. */
  readonly quantization_bit?: number;
  /** `bnb`, `hqq`, `eetq`, `gptq`, `awq`, ... */
  readonly quantization_method?: string;
  readonly unsloth?: boolean;
  readonly liger_kernel?: boolean;
  /** `auto`, `disabled`, `sdpa`, `fa2`, ... */
  readonly flash_attn?: string;
  /** ZeRO stage; 0 when DeepSpeed is known not to be used. */
  readonly deepspeed_stage?: number;
  readonly learning_rate?: number;
  /** Name as Hugging Face writes it: `linear`, `cosine`, `constant`, ... */
  readonly lr_scheduler_type?: string;
  readonly warmup_steps?: number;
  readonly warmup_ratio?: number;
  readonly gradient_accumulation_steps?: number;
  readonly logging_steps?: number;
  readonly save_steps?: number;
  readonly max_steps?: number;
  /** Norm to which gradients are clipped; 0 is no clipping. */
  readonly max_grad_norm?: number;
  /** Name as Hugging Face writes it: `adamw_torch`, `adamw_torch_fused`, ... */
  readonly optim?: string;
  /** Whether losses that are not finite are left out of the logged mean. */
  readonly logging_nan_inf_filter?: boolean;
  readonly trainer?: 'llamafactory' | 'llamafactory-v1' | 'ms-swift' | 'trl' | 'unsloth' | 'transformers';
}
