import { describe, expect, it } from 'vitest';
import { weightsLost } from '../../../src/detectors/weights-lost.ts';
import type { RunContext } from '../../../src/model/context.ts';
import { Watch } from './watch.ts';

const NAN = Number.NaN;
const BF16: RunContext = { precision: 'bf16', loss_scaler: false };
const FP16: RunContext = { precision: 'fp16', loss_scaler: true };

function trained(context: RunContext = {}): Watch {
  const watch = new Watch(weightsLost, {}, context);
  watch.times(60, { loss: 2, grad_norm: 0.7 });
  return watch;
}

it('in bf16 the second bad record in a row is certainty, from the first on', () => {
  const watch = trained(BF16);
  expect(watch.see({ loss: 2, grad_norm: NAN })).toBe('silent');
  expect(watch.see({ loss: 0, grad_norm: NAN })).toBe('bad');
  expect(watch.detector.span?.()).toEqual({ first: 61, last: 62, records: 2 });
  expect(watch.detector.severity()).toBe('critical');
  expect(watch.detector.evidence()).toEqual([
    { step: 62, field: 'loss', value: 0 },
    { step: 62, field: 'grad_norm', value: NAN },
  ]);
});

it.each<[string, RunContext]>([
  ['fp16', FP16],
  ['an unknown precision', {}],
])('in %s it takes twenty', (_, context) => {
  const watch = trained(context);
  expect(watch.times(19, { loss: 0, grad_norm: NAN })).toBe('silent');
  expect(watch.see({ loss: 0, grad_norm: NAN })).toBe('bad');
});

describe('one sign of life withdraws it', () => {
  it.each([
    ['a finite norm', { loss: 2, grad_norm: 0.7 }],
    ['a plausible loss', { loss: 2.1 }],
    ['a finite evaluation', { eval_loss: 2 }],
  ])('%s', (_, sign) => {
    const watch = trained(BF16);
    expect(watch.times(3, { loss: 0, grad_norm: NAN })).toBe('bad');
    expect(watch.see(sign)).toBe('good');
  });
});

it('a resume from a checkpoint withdraws it', () => {
  const watch = trained(BF16);
  watch.times(3, { loss: 0, grad_norm: NAN });
  watch.see({ step: 31, loss: 2, grad_norm: 0.7 });
  expect(watch.see({ step: 32, loss: 2, grad_norm: 0.7 })).toBe('good');
});

it('losses whose sum stays NaN say nothing where steps are skipped', () => {
  const watch = new Watch(weightsLost, {}, { ...FP16, logging_nan_inf_filter: false });
  watch.times(60, { loss: 2 });
  expect(watch.times(100, { loss: NAN })).toBe('silent');
});
