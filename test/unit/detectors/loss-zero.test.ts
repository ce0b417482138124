import { describe, expect, it } from 'vitest';
import { lossZero } from '../../../src/detectors/loss-zero.ts';
import { Watch } from './watch.ts';

function trained(loss: number, options = {}): Watch {
  const watch = new Watch(lossZero, options);
  watch.times(30, { loss });
  return watch;
}

it('a jump from a normal loss to 0 is bad, and critical from the third in a row', () => {
  const watch = trained(2.1);
  expect(watch.see({ loss: 0 })).toBe('bad');
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.detector.evidence()).toEqual([{ step: 31, field: 'loss', value: 0 }]);
  watch.see({ loss: 0 });
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.see({ loss: 0 })).toBe('bad');
  expect(watch.detector.severity()).toBe('critical');
});

it('a loss that comes back begins the row anew', () => {
  const watch = trained(2.1);
  watch.times(2, { loss: 0 });
  expect(watch.see({ loss: 2 })).toBe('good');
  expect(watch.see({ loss: 0 })).toBe('bad');
  expect(watch.detector.severity()).toBe('warning');
});

it('zero from the very first step is bad', () => {
  expect(new Watch(lossZero).see({ loss: 0 })).toBe('bad');
});

it('a long row of zeros stays bad: they are no history to judge by', () => {
  const watch = trained(2.1);
  expect(watch.times(500, { loss: 0 })).toBe('bad');
});

it('NaN is no sign that the loss has come back', () => {
  const watch = trained(2.1);
  expect(watch.see({ loss: Number.NaN })).toBe('silent');
  expect(watch.times(40, { loss: Number.NaN })).toBe('silent');
  expect(watch.see({ loss: 0 })).toBe('bad');
});

it('a record without a loss says nothing', () => {
  const watch = trained(2.1);
  expect(watch.see({ eval_loss: 0 })).toBe('silent');
  expect(watch.see({ grad_norm: 0, epoch: 1 })).toBe('silent');
});

describe('honest zeros', () => {
  it('come gradually: a run that memorises is quiet', () => {
    const watch = new Watch(lossZero);
    for (const loss of [2, 1, 0.5, 0.1, 0.0149, 0.004, 0.0006]) expect(watch.see({ loss })).toBe('good');
    expect(watch.see({ loss: 0 })).toBe('silent');
  });

  it('come below the median that is set', () => {
    expect(trained(0.009).see({ loss: 0 })).toBe('silent');
    expect(trained(0.011).see({ loss: 0 })).toBe('bad');
    expect(trained(0.011, { honest_below: 0.02 }).see({ loss: 0 })).toBe('silent');
    expect(trained(0.0005, { honest_below: 0 }).see({ loss: 0 })).toBe('bad');
  });

  it('come with preferences that are all told apart', () => {
    const watch = new Watch(lossZero);
    watch.times(30, { loss: 0.3, accuracy: 0.8 });
    expect(watch.see({ loss: 0, accuracy: 1 })).toBe('silent');
    expect(watch.see({ loss: 0, accuracy: 0.99 })).toBe('silent');
    expect(watch.see({ loss: 0, accuracy: 0.98 })).toBe('bad');
    expect(watch.see({ loss: 0, accuracy: Number.NaN })).toBe('bad');
  });

  it.each([
    ['a reward', { loss: 0, reward: 0.5 }],
    ['a reward that is NaN', { loss: 0, reward: Number.NaN }],
    ['a loss of -0, the rounded small negative one', { loss: -0 }],
  ])('come with reinforcement learning, which shows by %s', (_, fields) => {
    const watch = new Watch(lossZero);
    expect(watch.see(fields)).toBe('silent');
    expect(watch.see({ loss: 0 })).toBe('silent');
  });

  it('come with losses that are negative', () => {
    const watch = new Watch(lossZero);
    watch.see({ loss: 0.2 });
    watch.see({ loss: -0.1 });
    expect(watch.see({ loss: 0 })).toBe('silent');
  });

  it('come first in a resumed run that had memorised its data before', () => {
    const watch = trained(0.0005);
    expect(watch.see({ step: 20, loss: 0 })).toBe('silent');
  });
});
