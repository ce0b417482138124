import { describe, expect, it } from 'vitest';
import { contextFromArguments, contextFromModelConfig } from '../../../src/formats/hf-arguments.ts';

describe('arguments', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['neither bf16 nor fp16', { bf16: false, fp16: false }, { precision: 'fp32' }],
    ['bf16', { bf16: true, fp16: false }, { precision: 'bf16' }],
    ['fp16 alone', { fp16: true }, { precision: 'fp16' }],
    ['fp16 not, bf16 unknown', { fp16: false }, {}],
    ['warm-up in steps', { warmup_steps: 20, warmup_ratio: 0 }, { warmup_steps: 20, warmup_ratio: 0 }],
    ['warm-up as a share', { warmup_steps: 0.1 }, { warmup_ratio: 0.1 }],
    ['warm-up, transformers 5', { warmup_steps: 0, warmup_ratio: null }, { warmup_steps: 0 }],
    ['no count of steps', { max_steps: -1 }, {}],
    ['saving by epoch', { save_strategy: 'epoch', save_steps: 500, logging_steps: 0.05 }, {}],
    [
      'saving by steps',
      { save_strategy: 'steps', save_steps: 500, logging_steps: 10 },
      { save_steps: 500, logging_steps: 10 },
    ],
    ['no DeepSpeed that is told', { deepspeed: null }, {}],
    ['the path of DeepSpeed', { deepspeed: 'ds_z3.json' }, {}],
    ['DeepSpeed', { deepspeed: { zero_optimization: { stage: 3 } } }, { deepspeed_stage: 3 }],
    ['no clipping', { max_grad_norm: 0.0 }, { max_grad_norm: 0 }],
    ['nonsense', { learning_rate: 'high', optim: 3, bf16: 'yes', logging_steps: {} }, {}],
  ])('%s', (_, args, context) => {
    expect(contextFromArguments(args)).toEqual(context);
  });
});

describe('a model', () => {
  it.each<[Record<string, unknown>, unknown]>([
    [{ _name_or_path: '', dtype: 'float32' }, {}],
    [{ dtype: 'float16' }, { precision: 'pure_fp16' }],
    [{ torch_dtype: 'bfloat16' }, {}],
    [
      { quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } },
      { quantization_bit: 4, quantization_method: 'bnb' },
    ],
    [{ quantization_config: { quant_method: 'gptq', bits: 8 } }, { quantization_bit: 8, quantization_method: 'gptq' }],
  ])('%j', (config, context) => {
    expect(contextFromModelConfig(config, 'fp32')).toEqual(context);
  });

  it('in half precision says nothing where the computation is stated', () => {
    expect(contextFromModelConfig({ dtype: 'float16' }, 'bf16')).toEqual({});
    expect(contextFromModelConfig({ dtype: 'float16' }, undefined)).toEqual({});
  });
});
