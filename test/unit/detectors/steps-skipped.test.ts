import { describe, expect, it } from 'vitest';
import { stepsSkipped } from '../../../src/detectors/steps-skipped.ts';
import { Watch } from './watch.ts';

const STEPS = 1000;

/** A run with a linear schedule, whose scheduler advances only with steps that are applied. */
class Scheduled {
  readonly watch: Watch;
  #applied = 0;

  constructor(options = {}) {
    this.watch = new Watch(stepsSkipped, options, {
      lr_scheduler_type: 'linear',
      learning_rate: 1e-4,
      warmup_steps: 0,
      max_steps: STEPS,
    });
  }

  train(steps: number, isSkipped: (step: number) => boolean) {
    return Array.from({ length: steps }, (_, step) => {
      if (!isSkipped(step)) this.#applied++;
      return this.watch.see({ loss: 2, max_steps: STEPS, learning_rate: 1e-4 * (1 - this.#applied / STEPS) });
    });
  }
}

const none = () => false;
const all = () => true;

it('a rate on its schedule says that no step was skipped', () => {
  expect(new Scheduled().train(300, none)).not.toContain('bad');
});

it('more than 5 % of 200 steps are trouble, counted to the step', () => {
  const run = new Scheduled();
  run.train(200, none);
  const verdicts = run.train(60, (step) => step % 5 === 0);
  const opened = verdicts.indexOf('bad');
  expect(opened).toBe(50);
  expect(run.watch.detector.severity()).toBe('warning');
  expect(run.watch.detector.evidence()).toEqual([
    { step: 256, field: 'skipped_steps', value: 12 },
    { step: 256, field: 'of_steps', value: 200 },
  ]);
});

it('names all of the skipped steps when it opens', () => {
  const run = new Scheduled();
  run.train(200, none);
  run.train(51, (step) => step % 5 === 0);
  expect(run.watch.detector.span?.()).toEqual({ first: 201, last: 251, records: 11 });
});

it('is critical when no step of twenty is applied', () => {
  const run = new Scheduled();
  run.train(200, none);
  run.train(19, all);
  expect(run.watch.detector.severity()).toBe('warning');
  run.train(1, all);
  expect(run.watch.detector.severity()).toBe('critical');
});

describe('is none', () => {
  it('when one step in a hundred is skipped', () => {
    expect(new Scheduled().train(800, (step) => step % 100 === 99)).not.toContain('bad');
  });

  it('while fp16 calibrates its loss scale', () => {
    const run = new Scheduled();
    expect(run.train(50, (step) => step > 10 && step < 30)).not.toContain('bad');
  });

  it('where the rate is constant and tells nothing', () => {
    const watch = new Watch(stepsSkipped, {}, { lr_scheduler_type: 'constant', learning_rate: 1e-4 });
    expect(watch.times(300, { loss: 2, max_steps: STEPS, learning_rate: 1e-4 })).toBe('silent');
  });
});
