import { expect, it } from 'vitest';
import { Run } from '../../../src/runs/run.ts';
import { timeOf } from '../../../src/runs/time.ts';
import { recordOf } from './records.ts';

const READ = 1_700_000_000_000;

/** Two attempts of 100 and 30 seconds, all read at once, an hour after the last was written at `READ`. */
function resumed(): Run {
  const run = new Run('r', READ);
  for (let at = 1; at <= 100; at++) run.observe(recordOf({ step: at, loss: 1, elapsed_seconds: at }), READ);
  for (let at = 1; at <= 30; at++) run.observe(recordOf({ step: 50 + at, loss: 1, elapsed_seconds: at }), READ);
  return run;
}

it('is worked out back from the newest record', () => {
  expect(timeOf(resumed(), { attempt: 1, elapsed: 20, arrivedMs: READ })).toBe(READ - 10_000);
  expect(timeOf(resumed(), { attempt: 0, elapsed: 40, arrivedMs: READ })).toBe(READ - 90_000);
});

it('is never later than the arrival', () => {
  expect(timeOf(resumed(), { attempt: 1, elapsed: 20, arrivedMs: READ - 60_000 })).toBe(READ - 60_000);
});

it('is the arrival where the clock of the trainer leads back to before there were any', () => {
  const run = new Run('r', READ);
  for (const elapsed of [1, 80_000_000_000])
    run.observe(recordOf({ step: 1, loss: 1, elapsed_seconds: elapsed }), READ);
  expect(timeOf(run, { attempt: 0, elapsed: 1, arrivedMs: READ })).toBe(READ);
});

it('is the arrival where the log has no clock', () => {
  expect(timeOf(resumed(), { attempt: 1, elapsed: Number.NaN, arrivedMs: READ })).toBe(READ);
  const run = new Run('r', READ);
  run.observe(recordOf({ step: 1, loss: 1 }), READ);
  expect(timeOf(run, { attempt: 0, elapsed: 5, arrivedMs: READ })).toBe(READ);
});
