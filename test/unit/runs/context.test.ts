import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../../src/model/context.ts';
import { mergeContext, runInfo } from '../../../src/runs/context.ts';

describe('joining what several sources say', () => {
  it('believes the first source that knows a key, be it zero or false', () => {
    expect(
      mergeContext([
        { unsloth: false, quantization_bit: 0 },
        { unsloth: true, quantization_bit: 4, model: 'llama', max_grad_norm: 0 },
        { model: 'other', max_grad_norm: 1, stage: 'sft' },
      ]),
    ).toEqual({ unsloth: false, quantization_bit: 0, model: 'llama', max_grad_norm: 0, stage: 'sft' });
  });

  it('knows nothing without sources, and changes none of them', () => {
    expect(mergeContext([])).toEqual({});
    const source: RunContext = Object.freeze({ stage: 'sft' });
    expect(mergeContext([source, Object.freeze({ stage: 'dpo', model: 'm' })])).toEqual({ stage: 'sft', model: 'm' });
  });

  it('may be done in any groups', () => {
    const context = fc.record({ model: fc.string(), unsloth: fc.boolean(), max_steps: fc.nat() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(context), fc.array(context), (some, others) => {
        expect(mergeContext([mergeContext(some), mergeContext(others)])).toEqual(mergeContext([...some, ...others]));
      }),
    );
  });
});

describe('labels of trainer_run_info', () => {
  it('are all there when nothing is known', () => {
    expect(runInfo({})).toEqual({
      model: 'unknown',
      stage: 'unknown',
      finetuning_type: 'unknown',
      precision: 'unknown',
      quantization: 'unknown',
      unsloth: 'unknown',
      trainer: 'unknown',
    });
  });

  it('say what is known', () => {
    expect(
      runInfo({
        model: 'Qwen/Qwen3-4B',
        stage: 'sft',
        finetuning_type: 'lora',
        precision: 'bf16',
        quantization_bit: 4,
        quantization_method: 'bnb',
        unsloth: true,
        trainer: 'llamafactory',
      }),
    ).toEqual({
      model: 'Qwen/Qwen3-4B',
      stage: 'sft',
      finetuning_type: 'lora',
      precision: 'bf16',
      quantization: 'bnb-4bit',
      unsloth: 'true',
      trainer: 'llamafactory',
    });
  });

  it.each<[RunContext, string]>([
    [{ quantization_bit: 0, quantization_method: 'bnb' }, 'none'],
    [{ quantization_bit: 8 }, '8bit'],
    [{ quantization_method: 'gptq' }, 'gptq'],
  ])('quantization of %j is %s', (context, label) => {
    expect(runInfo(context).quantization).toBe(label);
  });

  it('tell off from unknown', () => {
    expect(runInfo({ unsloth: false }).unsloth).toBe('false');
  });
});
