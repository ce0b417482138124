import { expect, it } from 'vitest';
import { lossNonfinite } from '../../../src/detectors/loss-nonfinite.ts';
import { Watch } from './watch.ts';

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a loss of %d is bad and critical',
  (loss) => {
    const watch = new Watch(lossNonfinite);
    expect(watch.see({ loss: 2 })).toBe('good');
    expect(watch.see({ loss })).toBe('bad');
    expect(watch.detector.severity()).toBe('critical');
    expect(watch.detector.evidence()).toEqual([{ step: 2, field: 'loss', value: loss }]);
  },
);

it.each([0, -0, -3, 1e300, 5e-324])('a loss of %d is finite', (loss) => {
  expect(new Watch(lossNonfinite).see({ loss })).toBe('good');
});

it('a norm, a closing line and progress say nothing of the loss', () => {
  const watch = new Watch(lossNonfinite);
  expect(watch.see({ grad_norm: Number.NaN })).toBe('silent');
  expect(watch.see({ epoch: 1 })).toBe('silent');
  expect(watch.see({})).toBe('silent');
});

it('an evaluation loss is a warning', () => {
  const watch = new Watch(lossNonfinite);
  expect(watch.see({ eval_loss: Number.NaN, epoch: 1 })).toBe('bad');
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.detector.evidence()).toEqual([{ step: 1, field: 'eval_loss', value: Number.NaN }]);
});

it('a good evaluation says nothing good of the training loss', () => {
  const watch = new Watch(lossNonfinite);
  watch.see({ loss: Number.NaN });
  expect(watch.see({ eval_loss: 2 })).toBe('silent');
});

it('a good training loss says nothing good of a bad evaluation, until an evaluation is good', () => {
  const watch = new Watch(lossNonfinite);
  watch.see({ eval_loss: Number.POSITIVE_INFINITY });
  expect(watch.times(50, { loss: 2 })).toBe('silent');
  expect(watch.see({ eval_loss: 2 })).toBe('silent');
  expect(watch.see({ loss: 2 })).toBe('good');
});

it('a bad training loss makes of a warning what it is', () => {
  const watch = new Watch(lossNonfinite);
  watch.see({ eval_loss: Number.NaN });
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.see({ loss: Number.NaN })).toBe('bad');
  expect(watch.detector.severity()).toBe('critical');
});
