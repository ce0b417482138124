import { expect, it } from 'vitest';
import type { Verdict } from '../../../src/detectors/detector.ts';
import { throughputDropped } from '../../../src/detectors/throughput-dropped.ts';
import { Watch } from './watch.ts';

/** A run whose trainer tells the time in whole seconds. */
class Clocked {
  readonly watch = new Watch(throughputDropped);
  #seconds = 0;

  train(records: number, seconds: number): Verdict[] {
    return Array.from({ length: records }, () => {
      this.#seconds += seconds;
      return this.watch.see({ loss: 2, elapsed_seconds: Math.floor(this.#seconds) });
    });
  }

  evaluate(seconds: number): void {
    this.#seconds += seconds;
    this.watch.see({ eval_loss: 2, elapsed_seconds: Math.floor(this.#seconds) });
  }
}

it('ten slow records in a row are found, from the first of them', () => {
  const run = new Clocked();
  expect(run.train(40, 12)).not.toContain('bad');
  const verdicts = run.train(12, 30);
  expect(verdicts.indexOf('bad')).toBe(9);
  expect(run.watch.detector.severity()).toBe('info');
  expect(run.watch.detector.evidence()).toEqual([
    { step: 52, field: 'seconds_per_step', value: 30 },
    { step: 52, field: 'usual_seconds_per_step', value: 12 },
  ]);
  expect(run.train(1, 12)).toEqual(['good']);
});

it('steps of less than a second are measured together', () => {
  const run = new Clocked();
  expect(run.train(1000, 0.3)).not.toContain('bad');
  expect(run.train(400, 0.7)).toContain('bad');
});

it('steps that take half again as long are not slow', () => {
  const run = new Clocked();
  run.train(40, 12);
  expect(run.train(60, 18)).not.toContain('bad');
});

it('evaluations and saving do not count', () => {
  const run = new Clocked();
  run.train(40, 12);
  for (let round = 0; round < 30; round++) {
    run.evaluate(600);
    expect(run.train(2, 12)).not.toContain('bad');
    run.train(1, 100);
  }
});

it('another attempt may run on another machine', () => {
  const run = new Clocked();
  run.train(40, 12);
  for (let step = 10; step < 60; step++) {
    expect(run.watch.see({ step, loss: 2, elapsed_seconds: (step - 9) * 40 })).not.toBe('bad');
  }
});
