import { describe, expect, it } from 'vitest';
import { adapterConfig } from '../../../src/formats/adapter-config.ts';
import { contextOf, describeDocument, realFile } from './documents.ts';

const file = realFile('board_sft/adapter_config.json');

it('is found by its name', () => {
  expect(adapterConfig.matches('adapter_config.json')).toBe(true);
  for (const name of ['config.json', 'adapter_config.yaml', '']) expect(adapterConfig.matches(name)).toBe(false);
});

it('tells the base model and the kind of adapter', () => {
  expect(contextOf(adapterConfig, file)).toEqual({ model: 'model/tiny-llama', finetuning_type: 'lora' });
});

it.each([
  ['{"base_model_name_or_path": null, "peft_type": "OFT"}', { finetuning_type: 'oft' }],
  ['{"base_model_name_or_path": "", "peft_type": 3}', {}],
  ['{"r": NaN, "base_model_name_or_path": "https://me:pw@host/m"}', { model: 'https://host/m' }],
])('says of %s only what stands there', (text, context) => {
  expect(contextOf(adapterConfig, text)).toEqual(context);
});

describe('every document', () => {
  describeDocument(adapterConfig, { real: file, reason: 'not-json' });
});
