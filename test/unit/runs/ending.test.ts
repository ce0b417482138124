import { describe, expect, it } from 'vitest';
import { closingOf, isProgress, reachesEnd } from '../../../src/runs/ending.ts';
import { type Fields, recordOf } from './records.ts';

it.each<[string, Fields, ReturnType<typeof closingOf>]>([
  ['the last step', { step: 300, max_steps: 300, epoch: 1 }, 'finished'],
  ['one step short, as the trainer counts now and then', { step: 299, max_steps: 300, epoch: 1 }, 'finished'],
  ['two steps short', { step: 298, max_steps: 300, epoch: 1 }, 'failed'],
  ['a thousandth short of many', { step: 9_990, max_steps: 10_000, epoch: 1 }, 'finished'],
  ['more than a thousandth short', { step: 9_989, max_steps: 10_000, epoch: 1 }, 'failed'],
  ['a third of the way', { step: 81, max_steps: 270, epoch: 0.9 }, 'failed'],
  ['a training record', { step: 81, max_steps: 270, epoch: 0.9, loss: 1 }, null],
  ['a norm without a loss', { step: 81, max_steps: 270, epoch: 0.9, grad_norm: 1 }, null],
  ['a loss that is NaN', { step: 81, max_steps: 270, epoch: 0.9, loss: Number.NaN }, null],
  ['an evaluation', { step: 81, max_steps: 270, epoch: 0.9, eval_loss: 1 }, null],
  ['progress of a prediction', { step: 5, max_steps: 60 }, null],
  ['no step', { max_steps: 60, epoch: 1 }, null],
  ['no number of all steps', { step: 5, epoch: 1 }, null],
])('a line with %s closes as it should', (_, fields, ending) => {
  expect(closingOf(recordOf(fields))).toBe(ending);
});

it.each<[Fields, boolean]>([
  [{ step: 5, max_steps: 60, progress_percent: 8, elapsed_seconds: 1 }, true],
  [{ step: 5, max_steps: 60, epoch: 0 }, false],
  [{ step: 5, max_steps: 60, loss: 1 }, false],
  [{ step: 5, max_steps: 60, eval_loss: 1 }, false],
])('progress: %j is %s', (fields, progress) => {
  expect(isProgress(recordOf(fields))).toBe(progress);
});

describe('reachesEnd', () => {
  it.each([
    [24, 24, true],
    [25, 24, true],
    [23, 24, false],
    [5, null, false],
    [0, 0, false],
    [5, 0, false],
    [5, Number.NaN, false],
  ])('step %s of %s: %s', (step, maxSteps, reached) => {
    expect(reachesEnd(step, maxSteps)).toBe(reached);
  });
});
