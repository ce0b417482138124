import { describe, expect, it } from 'vitest';
import { contextOfArguments } from '../../../src/formats/trainer-arguments.ts';

describe("what Trainer's to_json_string() writes", () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['neither bf16 nor fp16', { bf16: false, fp16: false }, { loss_scaler: false }],
    ['fp16 not, bf16 unknown', { fp16: false }, {}],
    ['warm-up, transformers 5', { warmup_steps: 0, warmup_ratio: null }, { warmup_steps: 0 }],
    ['no DeepSpeed that is told', { deepspeed: null }, {}],
    ['DeepSpeed', { deepspeed: { zero_optimization: { stage: 3 } } }, { deepspeed_stage: 3 }],
    ['no clipping', { max_grad_norm: 0.0 }, { max_grad_norm: 0 }],
    ['logging by epoch', { logging_strategy: 'epoch', logging_steps: 500 }, {}],
    ['nonsense', { learning_rate: 'high', optim: 3, bf16: 'yes', logging_steps: {}, deepspeed: [1] }, {}],
  ])('%s', (_, args, context) => {
    expect(contextOfArguments(args)).toEqual(context);
  });
});
