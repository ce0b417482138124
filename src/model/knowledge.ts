/** Known patterns of trouble, in the order in which they are listed; of two that fit equally well, the first is meant. */
export const KNOWLEDGE = [
  'unsloth-4bit',
  'spoilt-sum',
  'fp16-overflow',
  'fp16-every-step',
  'fp16-stuck',
  'fp16-calibration',
  'fp16-range',
  'no-scaler',
  'learning-rate',
  'qwen25-attention',
  'deepspeed-sdpa',
  'deepspeed-sentinel',
  'deepspeed-overlap',
  'labels-masked',
  'packing',
  'left-padding',
  'grpo-zero',
  'grpo-equal-rewards',
  'nothing-trainable',
  'untrained-tokens',
  'unsloth-8bit',
  'hidden-in-window',
] as const;

export type KnowledgeId = (typeof KNOWLEDGE)[number];

/** `likely`: the whole pattern is there. `possible`: no part of it is missing, but some are not known. */
export type Sureness = 'likely' | 'possible';

/** What is known of a pattern, in one language: sentences. */
export interface KnowledgeText {
  readonly cause: string;
  readonly advice: string;
}
