import { expect, it } from 'vitest';
import { contextOfModelConfig } from '../../../src/formats/model-config.ts';

it.each<[Record<string, unknown>, unknown]>([
  [{ _name_or_path: '', dtype: 'float32' }, { precision: 'fp32' }],
  [{ dtype: 'int8' }, {}],
  [{ dtype: 'float16' }, { precision: 'pure_fp16' }],
  [{ torch_dtype: 'bfloat16' }, {}],
  [
    { quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } },
    { quantization_bit: 4, quantization_method: 'bnb' },
  ],
  [{ quantization_config: { quant_method: 'gptq', bits: 8 } }, { quantization_bit: 8, quantization_method: 'gptq' }],
  [{ quantization_config: null }, {}],
  [{ quantization_config: 'int8' }, {}],
])('%j', (config, context) => {
  expect(contextOfModelConfig(config, true)).toEqual(context);
});

it('half precision of the weights says nothing where the computation is stated', () => {
  expect(contextOfModelConfig({ dtype: 'float16' }, false)).toEqual({});
});
