import { describe, expect, it } from 'vitest';
import { lossMasked } from '../../../src/detectors/loss-masked.ts';
import type { RunContext } from '../../../src/model/context.ts';
import { maskedRatio } from '../../../src/signals/masked-window.ts';
import { healthyLosses, Watch } from './watch.ts';

const FP16: RunContext = { loss_scaler: true, logging_steps: 4, gradient_accumulation_steps: 2 };

function trained(context: RunContext = FP16): Watch {
  const watch = new Watch(lossMasked, {}, context);
  healthyLosses(40).forEach((loss) => {
    watch.see({ loss, grad_norm: 0.7 });
  });
  return watch;
}

/** What is logged of a window of FP16 whose micro-batches from `from` on are NaN. */
const inflated = (from: number) => 1.8 * maskedRatio(4, 2, (batch) => batch >= from);

describe('beside a norm that is NaN', () => {
  it('a loss that is off is an artefact, and how many micro-batches it lacks', () => {
    const watch = trained();
    expect(watch.see({ loss: inflated(5), grad_norm: Number.NaN })).toBe('bad');
    expect(watch.detector.severity()).toBe('warning');
    expect(watch.detector.evidence()).toMatchObject([
      { step: 41, field: 'loss', value: inflated(5) },
      { step: 41, field: 'expected_loss', value: expect.closeTo(1.8, 1) },
      { step: 41, field: 'nonfinite_micro_batches', value: 3 },
      { step: 41, field: 'micro_batches', value: 8 },
    ]);
  });

  it('nothing is said of a window whose length is not known', () => {
    const watch = trained({ loss_scaler: true });
    expect(watch.see({ loss: inflated(5), grad_norm: Number.NaN })).toBe('bad');
    expect(watch.detector.evidence().map(({ field }) => field)).toEqual(['loss', 'expected_loss']);
  });

  it('a loss that is what was expected is whole', () => {
    expect(trained().see({ loss: 1.8, grad_norm: Number.NaN })).toBe('silent');
  });
});

it('a loss that is off before one of 0 was part of it', () => {
  const watch = new Watch(lossMasked, {}, FP16);
  watch.losses(healthyLosses(40));
  expect(watch.losses([300, 0])).toEqual(['good', 'bad']);
  expect(watch.detector.span?.()).toEqual({ first: 41, last: 41, records: 1 });
});

describe('a dip that comes back', () => {
  it('is one, known when it is back', () => {
    const watch = new Watch(lossMasked, {}, FP16);
    watch.losses(healthyLosses(40));
    expect(watch.losses([1, 1, 1.8])).toEqual(['silent', 'silent', 'bad']);
    expect(watch.detector.span?.()).toEqual({ first: 41, last: 42, records: 2 });
  });

  it('is progress when it stays', () => {
    const watch = new Watch(lossMasked, {}, FP16);
    watch.losses(healthyLosses(40));
    expect(watch.losses(healthyLosses(40, 1))).not.toContain('bad');
  });

  it('is none where nothing skips a step with NaN gradients', () => {
    const watch = new Watch(lossMasked, {}, { ...FP16, loss_scaler: false });
    watch.losses(healthyLosses(40));
    expect(watch.losses([1, 1.8])).not.toContain('bad');
  });
});

describe('is none', () => {
  it.each<[string, RunContext]>([
    ['the filter is off', { ...FP16, logging_nan_inf_filter: false }],
    ['the trainer has no filter', { ...FP16, trainer: 'llamafactory-v1' }],
  ])('when %s', (_, context) => {
    expect(trained(context).see({ loss: 300, grad_norm: Number.NaN })).toBe('silent');
  });

  it('in reinforcement learning', () => {
    expect(trained().see({ loss: 300, grad_norm: Number.NaN, reward: 1 })).toBe('silent');
  });
});
