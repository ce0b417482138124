import { describe, expect, it } from 'vitest';
import { gradExploding } from '../../../src/detectors/grad-exploding.ts';
import { healthyLosses, Watch } from './watch.ts';

/** Norms around 0.7, whose spread is that of a healthy run. */
function trained(options = {}, count = 60): Watch {
  const watch = new Watch(gradExploding, options);
  healthyLosses(count).forEach((loss, at) => {
    watch.see({ loss, grad_norm: 0.7 * (1 + 0.2 * Math.sin(at)) });
  });
  return watch;
}

it('one high norm is a hard batch', () => {
  const watch = trained();
  expect(watch.see({ loss: 1.8, grad_norm: 50 })).toBe('silent');
  expect(watch.times(40, { loss: 1.8, grad_norm: 0.7 })).toBe('good');
});

it('a second one soon after is trouble, of both', () => {
  const watch = trained();
  watch.see({ loss: 1.8, grad_norm: 50 });
  watch.times(10, { loss: 1.8, grad_norm: 0.7 });
  expect(watch.see({ loss: 1.8, grad_norm: 40 })).toBe('bad');
  expect(watch.detector.span?.()).toEqual({ first: 61, last: 72, records: 2 });
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.detector.evidence()).toMatchObject([
    { step: 72, field: 'grad_norm', value: 40 },
    { step: 72, field: 'usual_grad_norm', value: expect.closeTo(0.7, 0) },
  ]);
});

it('a second one long after is not', () => {
  const watch = trained();
  watch.see({ loss: 1.8, grad_norm: 50 });
  watch.times(30, { loss: 1.8, grad_norm: 0.7 });
  expect(watch.see({ loss: 1.8, grad_norm: 40 })).toBe('silent');
});

it('one is trouble when the loss moves too', () => {
  expect(trained().see({ loss: 6, grad_norm: 50 })).toBe('bad');
});

describe('is quiet', () => {
  it('in the first records', () => {
    const watch = trained({}, 15);
    expect(watch.see({ loss: 1.8, grad_norm: 50 })).toBe('good');
    expect(watch.see({ loss: 1.8, grad_norm: 50 })).toBe('good');
  });

  it('where norms have vanished, beside which anything is far', () => {
    const watch = trained();
    watch.times(64, { loss: 1e-4, grad_norm: 1e-4 });
    expect(watch.see({ loss: 1e-4, grad_norm: 0.1 })).toBe('good');
    expect(watch.see({ loss: 1e-4, grad_norm: 0.1 })).toBe('good');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])('at a norm of %d, which is the business of others', (norm) => {
    const watch = trained();
    expect(watch.times(3, { loss: 1.8, grad_norm: norm })).toBe('silent');
  });

  it('in reinforcement learning', () => {
    const watch = trained();
    expect(watch.see({ loss: 1.8, grad_norm: 50, reward: 1 })).toBe('silent');
    expect(watch.see({ loss: 1.8, grad_norm: 50, reward: 1 })).toBe('silent');
  });
});

it.each([1e-9, 1e9])('the scale of the norms does not matter: times %d', (scale) => {
  const watch = new Watch(gradExploding);
  for (let at = 0; at < 60; at++) watch.see({ loss: 2, grad_norm: scale * (1 + 0.2 * Math.sin(at)) });
  expect(watch.see({ loss: 2, grad_norm: 50 * scale })).toBe('silent');
  expect(watch.see({ loss: 2, grad_norm: 50 * scale })).toBe('bad');
});
