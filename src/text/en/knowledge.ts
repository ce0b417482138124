import type { KnowledgeId, KnowledgeText } from '../../model/knowledge.ts';

export const knowledgeEn: Readonly<Record<KnowledgeId, KnowledgeText>> = {
  'unsloth-4bit': {
    cause:
      'Unsloth on a 4-bit model in fp16: in some batches numbers overflow, and the loss scaler skips these steps. Each of the two alone is stable.',
    advice:
      'Use bf16 if the GPU has it (Ampere or newer). Else keep only one of the two: 4-bit without Unsloth needs the least memory; quantization_bit: 8 with Unsloth is no way out, LLaMA-Factory then loads 16 bit. Upgrade unsloth and unsloth_zoo, try flash_attn: disabled and a lower learning rate. A higher max_grad_norm cannot help: a clipped NaN is still NaN.',
  },
  'spoilt-sum': {
    cause:
      'With logging_nan_inf_filter: false a single NaN enters the running sum of the loss, and every later line of the process repeats it, though training goes on.',
    advice:
      'Nothing is lost: watch grad_norm and the evaluation loss instead. The default, logging_nan_inf_filter: true, keeps the sum clean, but hides the NaN.',
  },
  'fp16-overflow': {
    cause: 'In some batches gradients overflow the range of fp16, and the loss scaler skips these steps.',
    advice:
      'A few are harmless. If they go on: bf16 if the GPU has it (Ampere or newer), a lower learning rate, or more gradient accumulation. With Unsloth and 4-bit quantization both on, keep only one of them. A higher max_grad_norm cannot help: a clipped NaN is still NaN.',
  },
  'fp16-every-step': {
    cause: 'In fp16 the gradients overflow in every step: all are skipped, and nothing has been learned so far.',
    advice:
      'Stop and start again in bf16. If the GPU has no bf16, keep the trained weights in fp32 (a newer peft does so for adapters).',
  },
  'fp16-stuck': {
    cause: 'From here on the gradients overflow fp16 in every step: all are skipped, the model stays as it was.',
    advice: 'Stop and go on from the last good checkpoint in bf16; if the GPU has no bf16, with a lower learning rate.',
  },
  'fp16-calibration': {
    cause:
      'fp16 begins with a loss scale that is too high and halves it until the gradients fit; such steps are skipped.',
    advice: 'Nothing, unless it goes on after step 50.',
  },
  'fp16-range': {
    cause: 'Models such as Gemma, T5, GLM-4 and Qwen3 MoE go beyond the range of fp16.',
    advice: 'Use bf16. Under Unsloth upgrade unsloth and unsloth_zoo, which work around it for some of them.',
  },
  'no-scaler': {
    cause:
      'A NaN gradient was applied, since nothing skips such a step without a loss scaler: it made the weights NaN.',
    advice:
      'Stop: every further step is lost. Before going on from a good checkpoint change what may have caused it: the attention kernel (flash_attn: fa2 or disabled), a lower learning rate with longer warm-up, the dtype of the model; under ZeRO-1 or ZeRO-2, overlap_comm: false.',
  },
  'learning-rate': {
    cause: 'The loss climbs instead of falling, until it is no number any more: the learning rate is too high.',
    advice: 'Stop and go on from a checkpoint from before the climb, with a lower learning rate and a longer warm-up.',
  },
  'qwen25-attention': {
    cause:
      'The attention kernel gives NaN with this model; there, neither another precision nor newer versions helped.',
    advice: 'Set flash_attn: disabled and start again.',
  },
  'deepspeed-sdpa': {
    cause: 'SDPA attention under DeepSpeed, which gives NaN in the first step on some hosts and not on others.',
    advice: 'Install flash-attn, set flash_attn: fa2, and start again.',
  },
  'deepspeed-sentinel': {
    cause:
      'DeepSpeed writes such a number where the norm is NaN: -1 for each group of parameters, then the root of the squares.',
    advice:
      'Treat it as NaN. Upgrade DeepSpeed; under ZeRO-1 or ZeRO-2 try overlap_comm: false, and if that changes nothing, flash_attn: fa2 or disabled.',
  },
  'deepspeed-overlap': {
    cause:
      'overlap_comm together with contiguous_gradients: under ZeRO-1 and ZeRO-2 gradients may be reduced before they are written. ZeRO-3 was fine in the same runs.',
    advice: 'Set overlap_comm: false in the DeepSpeed configuration (somewhat slower), or use ZeRO-3.',
  },
  'labels-masked': {
    cause: 'All labels are masked, so that nothing is left to learn from.',
    advice:
      'Look at a tokenized sample: labels that are all -100 mean that the template does not fit the model, or that cutoff_len cuts the answers off.',
  },
  packing: {
    cause: 'Packed samples, with a model or an attention kernel that does not support them.',
    advice: 'Switch packing off, or upgrade the trainer and flash-attn.',
  },
  'left-padding': {
    cause:
      'SDPA attention over rows that are masked completely: the softmax of nothing is NaN. Padding on the left makes such rows.',
    advice: 'Pad on the right, or use another attention kernel (flash_attn: fa2 or disabled).',
  },
  'grpo-zero': {
    cause:
      'This is how GRPO begins: the advantages of a group add up to 0, and so does the loss; its gradient is not 0.',
    advice: 'Nothing. Watch the reward, not the loss.',
  },
  'grpo-equal-rewards': {
    cause: 'All answers to a prompt get the same reward, so that there is no advantage and no gradient.',
    advice:
      'Use prompts that are neither always nor never solved, more generations for each, a higher temperature, or a reward with more levels. frac_reward_zero_std tells the share of such groups.',
  },
  'nothing-trainable': {
    cause: 'No parameter is trained: all are frozen, or the trained ones have no part in the loss.',
    advice:
      'Look for the number of trainable parameters at the beginning of the console output, and check lora_target.',
  },
  'untrained-tokens': {
    cause: 'The data holds tokens whose embeddings were never trained; they are zero and would give NaN.',
    advice: 'Train embed_tokens and lm_head too, or use the instruct model, to which these tokens belong.',
  },
  'unsloth-8bit': {
    cause:
      'LLaMA-Factory tells Unsloth only whether to load 4 bit: with quantization_bit: 8 the model is loaded in 16 bit.',
    advice: 'Use quantization_bit: 4, or 8 without Unsloth; or reckon with the memory that 16 bit takes.',
  },
  'hidden-in-window': {
    cause: 'In a part of the logging window the loss was NaN; the trainer leaves that out of the mean and hides it.',
    advice: 'While looking for it, set logging_steps: 1 and logging_nan_inf_filter: false.',
  },
};
