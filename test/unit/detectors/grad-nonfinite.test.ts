import { describe, expect, it } from 'vitest';
import { gradNonfinite } from '../../../src/detectors/grad-nonfinite.ts';
import { Watch } from './watch.ts';

/** Past the steps in which fp16 calibrates. */
function trained(options = {}): Watch {
  const watch = new Watch(gradNonfinite, options);
  watch.times(60, { loss: 2, grad_norm: 0.7 });
  return watch;
}

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])('a norm of %d is bad', (norm) => {
  const watch = trained();
  expect(watch.see({ loss: 2, grad_norm: norm })).toBe('bad');
  expect(watch.detector.severity()).toBe('warning');
  expect(watch.detector.evidence()).toEqual([{ step: 61, field: 'grad_norm', value: norm }]);
});

it.each([0, 1e-9, 204_222, 1.3, 1.0001, 1.41])('a norm of %d is not, nor is it when it stays', (norm) => {
  const watch = trained();
  expect(watch.see({ loss: 2, grad_norm: norm })).toBe('good');
  expect(watch.times(5, { loss: 2, grad_norm: norm })).toBe('good');
});

it('a record without a norm says nothing', () => {
  expect(trained().see({ loss: Number.NaN })).toBe('silent');
});

it('the third in a row is critical, and one good norm begins the row anew', () => {
  const watch = trained();
  watch.times(2, { loss: 2, grad_norm: Number.NaN });
  expect(watch.detector.severity()).toBe('warning');
  watch.times(1, { loss: 2, grad_norm: Number.NaN });
  expect(watch.detector.severity()).toBe('critical');
  expect(watch.see({ loss: 2, grad_norm: 0.7 })).toBe('good');
  expect(watch.see({ loss: 2, grad_norm: Number.NaN })).toBe('bad');
  expect(watch.detector.severity()).toBe('warning');
});

it('records without a norm do not break the row', () => {
  const watch = trained({ critical_records: 2 });
  watch.see({ loss: 2, grad_norm: Number.NaN });
  watch.see({ eval_loss: 2 });
  watch.see({ loss: 2, grad_norm: Number.NaN });
  expect(watch.detector.severity()).toBe('critical');
});

describe('the numbers that DeepSpeed writes for NaN', () => {
  it.each(['1.0', '1.41421356', '1.4142135623730951', '1.7320508', '2'])('%s with a loss of 0 is one', (norm) => {
    expect(trained().see({ loss: 0, grad_norm: Number(norm) })).toBe('bad');
  });

  it.each(['1.0', '1.41421356', '1.7320508', '2'])('%s with a loss is one from the second in a row', (norm) => {
    const watch = trained();
    expect(watch.see({ loss: 2, grad_norm: Number(norm) })).toBe('good');
    expect(watch.see({ loss: 2, grad_norm: Number(norm) })).toBe('bad');
  });

  it('is a chance when they stand alone', () => {
    const watch = trained();
    for (let at = 0; at < 10; at++) {
      expect(watch.see({ loss: 2, grad_norm: 1 })).toBe('good');
      expect(watch.see({ loss: 2, grad_norm: 1.2 })).toBe('good');
    }
  });
});

describe('fp16 calibration', () => {
  it('is quiet: at most 16 in the first 50 steps, with a loss', () => {
    const watch = new Watch(gradNonfinite);
    watch.run.context = { loss_scaler: true };
    for (let at = 0; at < 16; at++) expect(watch.see({ loss: 7, grad_norm: Number.POSITIVE_INFINITY })).toBe('silent');
    expect(watch.see({ loss: 7, grad_norm: Number.POSITIVE_INFINITY })).toBe('bad');
  });

  it('forgives two where it is not known that there is a loss scaler', () => {
    const watch = new Watch(gradNonfinite);
    for (let at = 0; at < 2; at++) expect(watch.see({ loss: 7, grad_norm: Number.NaN })).toBe('silent');
    expect(watch.see({ loss: 7, grad_norm: Number.NaN })).toBe('bad');
  });

  it('begins with the first norm where it is not known that there is a loss scaler', () => {
    const watch = new Watch(gradNonfinite);
    watch.see({ step: 1, loss: 7, grad_norm: 1.2 });
    expect(watch.see({ step: 2, loss: 7, grad_norm: Number.NaN })).toBe('bad');
    const sparse = new Watch(gradNonfinite);
    sparse.see({ step: 10, loss: 7, grad_norm: 1.2 });
    expect(sparse.see({ step: 20, loss: 7, grad_norm: Number.NaN })).toBe('silent');
    const scaled = new Watch(gradNonfinite);
    scaled.run.context = { loss_scaler: true };
    scaled.see({ loss: 7, grad_norm: 1.2 });
    expect(scaled.see({ loss: 7, grad_norm: Number.NaN })).toBe('silent');
  });

  it('is none where there is no loss scaler', () => {
    const watch = new Watch(gradNonfinite);
    watch.run.context = { loss_scaler: false };
    expect(watch.see({ loss: 7, grad_norm: Number.NaN })).toBe('bad');
  });

  it('is over with the third finite norm in a row', () => {
    const watch = new Watch(gradNonfinite);
    watch.run.context = { loss_scaler: true };
    for (let at = 0; at < 3; at++) watch.see({ loss: 7, grad_norm: 1.2 });
    expect(watch.see({ loss: 7, grad_norm: Number.NaN })).toBe('bad');
  });

  it('was none when the loss is gone in the next record: both are bad', () => {
    const watch = new Watch(gradNonfinite);
    expect(watch.see({ step: 5, loss: 7, grad_norm: Number.NaN })).toBe('silent');
    expect(watch.see({ step: 10, loss: 0, grad_norm: Number.NaN })).toBe('bad');
    expect(watch.detector.span?.()).toEqual({ first: 5, last: 10, records: 2 });
  });

  it('is over after step 50', () => {
    const watch = new Watch(gradNonfinite);
    expect(watch.see({ step: 50, loss: 7, grad_norm: Number.NaN })).toBe('silent');
    expect(watch.see({ step: 51, loss: 7, grad_norm: Number.NaN })).toBe('bad');
  });

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY, undefined])('is none with a loss of %s', (loss) => {
    const watch = new Watch(gradNonfinite);
    expect(watch.see({ grad_norm: Number.NaN, ...(loss === undefined ? {} : { loss }) })).toBe('bad');
  });

  it('may come again with a new attempt', () => {
    const watch = new Watch(gradNonfinite);
    watch.times(16, { loss: 7, grad_norm: Number.NaN });
    expect(watch.see({ step: 17, loss: 7, grad_norm: Number.NaN })).toBe('bad');
    watch.see({ step: 1, loss: 7, grad_norm: 2.5 });
    expect(watch.see({ step: 2, loss: 7, grad_norm: Number.NaN })).toBe('silent');
  });

  it('can be switched off', () => {
    const watch = new Watch(gradNonfinite, { calibration_steps: 0 });
    expect(watch.see({ loss: 7, grad_norm: Number.NaN })).toBe('bad');
  });
});
