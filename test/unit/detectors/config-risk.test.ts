import { describe, expect, it } from 'vitest';
import { configRisk } from '../../../src/detectors/config-risk.ts';
import type { RunContext } from '../../../src/model/context.ts';
import { Watch } from './watch.ts';

function risksOf(context: RunContext): unknown[] {
  const watch = new Watch(configRisk, {}, context);
  watch.see({ loss: 2 });
  return watch.detector.evidence().map(({ field, value }) => [field, value]);
}

it.each<[string, RunContext, number]>([
  ['unsloth_4bit', { unsloth: true, quantization_bit: 4 }, 4],
  ['unsloth_8bit', { unsloth: true, quantization_bit: 8 }, 8],
  ['fp16_range', { precision: 'fp16', model: 'google/gemma-3-4b-it' }, 16],
  ['fp16_range', { precision: 'fp16', model: 'google/flan-t5-base' }, 16],
  ['fp16_range', { precision: 'pure_fp16', model: '/models/t5-large' }, 16],
  ['fp16_range', { precision: 'fp16', model: 'Qwen/Qwen3-30B-A3B' }, 16],
  ['fp16_range', { precision: 'fp16', model: 'zai-org/GLM-4.5-Air' }, 16],
  ['pure_half_rate', { precision: 'pure_bf16', learning_rate: 1e-3 }, 1e-3],
])('%s is found in %j', (risk, context, value) => {
  expect(risksOf(context)).toEqual([[risk, value]]);
});

it.each<[RunContext]>([
  [{}],
  [{ unsloth: true, quantization_bit: 0 }],
  [{ unsloth: false, quantization_bit: 4 }],
  [{ quantization_bit: 4 }],
  [{ precision: 'bf16', model: 'google/gemma-3-4b-it' }],
  [{ precision: 'fp16', model: 'Qwen/Qwen3-8B' }],
  [{ precision: 'fp16', model: 'THUDM/glm-4-9b-chat' }],
  [{ precision: 'fp16', model: 'meta-llama/Llama-3.1-8B-Instruct' }],
  [{ precision: 'pure_bf16', learning_rate: 1e-5 }],
  [{ precision: 'bf16', learning_rate: 1e-3 }],
])('none in %j', (context) => {
  expect(risksOf(context)).toEqual([]);
});

describe('it', () => {
  const risky: RunContext = { unsloth: true, quantization_bit: 4, precision: 'fp16', model: 'unsloth/gemma-2-9b' };

  it('is said with the first record and once, all of it', () => {
    const watch = new Watch(configRisk, {}, risky);
    expect(watch.see({ loss: 2 })).toBe('bad');
    expect(watch.detector.evidence().map(({ field }) => field)).toEqual(['unsloth_4bit', 'fp16_range']);
    expect(watch.times(50, { loss: Number.NaN })).toBe('silent');
    expect(watch.detector.severity()).toBe('info');
  });

  it('is over when the run is', () => {
    const watch = new Watch(configRisk, {}, risky);
    watch.times(9, { loss: 2, max_steps: 10 });
    expect(watch.see({ step: 10, loss: 2, max_steps: 10 })).toBe('good');
  });

  it('is said again when more is known', () => {
    const watch = new Watch(configRisk);
    expect(watch.see({ loss: 2 })).toBe('good');
    watch.run.context = risky;
    expect(watch.see({ loss: 2 })).toBe('bad');
  });
});
