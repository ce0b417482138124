import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/detectors/detector.ts';
import { evalRising } from '../../../src/detectors/eval-rising.ts';
import { Watch } from './watch.ts';

/** An evaluation after every ten records of training, whose loss goes by `training`. */
function evaluated(watch: Watch, evaluations: readonly number[], training = (at: number) => 2 - at / 500): Verdict[] {
  let at = 0;
  return evaluations.map((eval_loss) => {
    for (let record = 0; record < 10; record++) watch.see({ loss: training(at++) });
    return watch.see({ step: at, eval_loss });
  });
}

it('the third evaluation in a row above the best is trouble, of all three', () => {
  const watch = new Watch(evalRising);
  expect(evaluated(watch, [2.1, 2, 2.01, 2.1, 2.2, 2.3])).toEqual(['good', 'good', 'good', 'silent', 'silent', 'bad']);
  expect(watch.detector.span?.()).toEqual({ first: 40, last: 60, records: 3 });
  expect(watch.detector.severity()).toBe('info');
  expect(watch.detector.evidence()).toEqual([
    { step: 60, field: 'eval_loss', value: 2.3 },
    { step: 20, field: 'best_loss', value: 2 },
  ]);
});

it('is over when an evaluation is as good as the best', () => {
  const watch = new Watch(evalRising);
  expect(evaluated(watch, [2, 2.1, 2.2, 2.3, 2.01]).slice(-2)).toEqual(['bad', 'good']);
});

describe('how bad it is', () => {
  it('a warning when eight of ten evaluations lie above the best', () => {
    const watch = new Watch(evalRising);
    evaluated(watch, [2.1, 2, 2.1, 2.2, 2.3, 2.3, 2.3, 2.3, 2.3]);
    expect(watch.detector.severity()).toBe('info');
    watch.see({ step: 100, eval_loss: 2.3 });
    expect(watch.detector.severity()).toBe('warning');
  });

  it('information when they are not most of the run', () => {
    const watch = new Watch(evalRising);
    evaluated(watch, [2.6, 2.5, 2.4, 2.3, 2.2, 2.1, 2, 2.3, 2.3, 2.3, 2.3, 2.3, 2.3, 2.3, 2.3]);
    expect(watch.detector.severity()).toBe('info');
  });
});

describe('is none', () => {
  it('when the training loss rises too: that has other names', () => {
    expect(evaluated(new Watch(evalRising), [2, 2.1, 2.2, 2.3], (at) => 2 + at / 100)).not.toContain('bad');
  });

  it('when the evaluations rise by little', () => {
    expect(evaluated(new Watch(evalRising), [2, 2.01, 2.02, 2.03, 2.03])).not.toContain('bad');
  });

  it('when one evaluation is written several times', () => {
    const watch = new Watch(evalRising);
    evaluated(watch, [2, 2.3]);
    for (let again = 0; again < 5; again++) expect(watch.see({ step: 20, eval_loss: 2.3 })).toBe('silent');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0])('when evaluations give %d', (odd) => {
    expect(evaluated(new Watch(evalRising), [2, odd, odd, odd, odd])).toEqual([
      'good',
      'silent',
      'silent',
      'silent',
      'silent',
    ]);
  });
});
