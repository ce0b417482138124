import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../../src/model/context.ts';
import { settingsOf } from '../../../src/web/setup.ts';
import { EN, ZH_CN } from '../../../src/web/words.ts';

function said(context: RunContext, words = EN): Record<string, string> {
  return Object.fromEntries(settingsOf(context, words).map(({ name, value }) => [name, value]));
}

describe('what is known of how a run is configured', () => {
  it('is said in the words of the field', () => {
    const context: RunContext = {
      trainer: 'llamafactory',
      precision: 'pure_bf16',
      quantization_bit: 4,
      quantization_method: 'bnb',
      unsloth: true,
      deepspeed_stage: 3,
      learning_rate: 5e-5,
      gradient_accumulation_steps: 8,
      max_grad_norm: 1,
      logging_steps: 1,
      save_steps: 500,
    };
    expect(said(context)).toEqual({
      trainer: 'LLaMA-Factory',
      precision: 'pure bf16',
      quantization: '4-bit bnb',
      unsloth: 'on',
      deepspeed: 'ZeRO-3',
      learning_rate: '5e-5',
      gradient_accumulation_steps: '8',
      max_grad_norm: '1',
      logging_steps: 'every step',
      save_steps: 'every 500 steps',
    });
    expect(said({ unsloth: false, save_steps: 500 }, ZH_CN)).toEqual({ unsloth: '关闭', save_steps: '每 500 步' });
  });

  it('tells off from unknown', () => {
    const off: RunContext = { quantization_bit: 0, unsloth: false, deepspeed_stage: 0, max_grad_norm: 0 };
    expect(said(off)).toEqual({ quantization: 'none', unsloth: 'off', deepspeed: 'off', max_grad_norm: 'off' });
    expect(said({})).toEqual({});
  });

  it.each<[RunContext, string | undefined]>([
    [{ warmup_steps: 20, warmup_ratio: 0 }, '20 steps'],
    [{ warmup_steps: 0, warmup_ratio: 0.1 }, '10.0% of steps'],
    [{ warmup_steps: 0 }, 'none'],
    [{ warmup_steps: 1 }, '1 step'],
    [{}, undefined],
  ])('warm-up of %o is %s', (context, warmup) => {
    expect(said(context).warmup).toBe(warmup);
  });
});
