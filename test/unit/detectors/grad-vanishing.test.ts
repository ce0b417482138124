import { describe, expect, it } from 'vitest';
import { gradVanishing } from '../../../src/detectors/grad-vanishing.ts';
import { Watch } from './watch.ts';

function trained(): Watch {
  const watch = new Watch(gradVanishing);
  watch.times(40, { loss: 2, grad_norm: 0.7, learning_rate: 1e-4 });
  return watch;
}

it.each([1e-8, 1e-4, 0])('a norm of %d for ten records is trouble while the loss is high', (norm) => {
  const watch = trained();
  expect(watch.times(9, { loss: 2, grad_norm: norm, learning_rate: 1e-4 })).toBe('silent');
  expect(watch.see({ loss: 2, grad_norm: norm, learning_rate: 1e-4 })).toBe('bad');
  expect(watch.detector.span?.()).toEqual({ first: 41, last: 50, records: 10 });
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.detector.evidence()).toEqual([{ step: 50, field: 'grad_norm', value: norm }]);
  expect(watch.see({ loss: 2, grad_norm: 0.7, learning_rate: 1e-4 })).toBe('good');
});

it('a norm of 1 % of the usual one is not', () => {
  expect(trained().times(30, { loss: 2, grad_norm: 0.007, learning_rate: 1e-4 })).toBe('good');
});

describe('is quiet', () => {
  it('when the model has memorised its data', () => {
    expect(trained().times(30, { loss: 0.01, grad_norm: 1e-5, learning_rate: 1e-4 })).toBe('silent');
  });

  it('when the learning rate has run out', () => {
    expect(trained().times(30, { loss: 2, grad_norm: 1e-5, learning_rate: 1e-7 })).toBe('silent');
  });

  it('in reinforcement learning that has had gradients', () => {
    const watch = trained();
    expect(watch.times(30, { loss: 2, grad_norm: 0, learning_rate: 1e-4, reward: 1 })).toBe('silent');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('at a norm of %d', (norm) => {
    expect(trained().times(30, { loss: 2, grad_norm: norm })).toBe('silent');
  });
});

describe('exactly 0 from the first record on', () => {
  it('is trouble with rewards too', () => {
    const watch = new Watch(gradVanishing);
    expect(watch.times(9, { loss: 0, grad_norm: 0, reward: 1 })).toBe('silent');
    expect(watch.see({ loss: 0, grad_norm: 0, reward: 1 })).toBe('bad');
    expect(watch.detector.span?.()).toEqual({ first: 1, last: 10, records: 10 });
  });

  it('is none once a gradient has come', () => {
    const watch = new Watch(gradVanishing);
    watch.times(5, { loss: 0, grad_norm: 0, reward: 1 });
    watch.see({ loss: 0.1, grad_norm: 0.7, reward: 0.5 });
    expect(watch.times(30, { loss: 0, grad_norm: 0, reward: 1 })).toBe('silent');
  });
});
