import { describe, expect, it } from 'vitest';
import { MAX_OTHER_NAMES } from '../../../src/runs/other-numbers.ts';
import { Run } from '../../../src/runs/run.ts';
import { type Fields, recordOf } from './records.ts';

const SEEN = 1_700_000_000_000;
const MINUTE = 60_000;

/** A run of `count` records, `seconds` between two, that has arrived as it was logged. */
function running(count: number, seconds: number, more: Fields = {}): Run {
  const run = new Run('r', SEEN);
  for (let at = 1; at <= count; at++) {
    const fields = { step: at * 10, max_steps: 1000, loss: 2, epoch: at / 100, elapsed_seconds: at * seconds, ...more };
    run.observe(recordOf(fields), SEEN + at * seconds * 1000);
  }
  return run;
}

describe('progress', () => {
  it('is told from the newest record', () => {
    const run = running(25, 20);
    expect(run).toMatchObject({ firstStep: 10, lastStep: 250, maxSteps: 1000, attempts: 1, ended: null });
    expect([run.progress, run.remainingSeconds]).toEqual([0.25, 1500]);
    expect([run.latest('loss'), run.latest('grad_norm')]).toEqual([2, undefined]);
  });

  it('is unknown where the log does not say how many steps there are', () => {
    const run = new Run('r', SEEN);
    expect([run.progress, run.remainingSeconds, run.state(SEEN)]).toEqual([null, null, 'running']);
    run.observe(recordOf({ step: 1, loss: 2, elapsed_seconds: 1 }), SEEN);
    run.observe(recordOf({ step: 2, loss: 2, elapsed_seconds: 2 }), SEEN);
    expect([run.progress, run.remainingSeconds]).toEqual([null, null]);
    run.observe(recordOf({ step: 3, max_steps: 0, loss: 2 }), SEEN);
    expect([run.progress, run.state(SEEN)]).toEqual([null, 'running']);
  });

  it('never leaves 0 to 1, and never needs less than no time', () => {
    const run = running(3, 10);
    run.observe(recordOf({ step: 1200, max_steps: 1000, loss: 2, elapsed_seconds: 100 }), SEEN);
    expect([run.progress, run.remainingSeconds]).toEqual([1, 0]);
  });

  it('comes from training, not from an evaluation at an older step', () => {
    const run = running(25, 20);
    run.observe(recordOf({ step: 0, max_steps: 200, eval_loss: 5, epoch: 0 }), SEEN);
    expect(run).toMatchObject({ lastStep: 250, maxSteps: 1000 });
    expect(run.latest('eval_loss')).toBe(5);
  });

  it('comes from training, not from a prediction that was made in its folder', () => {
    const run = running(100, 20);
    run.observe(recordOf({ step: 1000, max_steps: 1000, epoch: 1, elapsed_seconds: 2000 }), SEEN);
    for (let batch = 5; batch <= 30; batch += 5)
      run.observe(recordOf({ step: batch, max_steps: 60, elapsed_seconds: batch }), SEEN);
    expect(run).toMatchObject({ firstStep: 10, lastStep: 1000, maxSteps: 1000, ended: 'finished' });
    expect(run.pace.secondsPerStep).toBe(2);
  });
});

describe('the end', () => {
  it('is the closing line', () => {
    const run = running(100, 20);
    run.observe(recordOf({ step: 1000, max_steps: 1000, epoch: 1, elapsed_seconds: 2000 }), SEEN);
    expect([run.ended, run.state(SEEN + 1e12), run.remainingSeconds]).toEqual(['finished', 'finished', 0]);
  });

  it('is the last step where no closing line is written', () => {
    expect(running(99, 20).ended).toBeNull();
    expect(running(100, 20).ended).toBe('finished');
  });

  it('is a failure when the closing line is short of the last step, an evaluation after it or not', () => {
    const run = running(30, 20);
    run.observe(recordOf({ step: 300, max_steps: 1000, epoch: 0.3 }), SEEN);
    expect([run.ended, run.state(SEEN + 1e12)]).toEqual(['failed', 'failed']);
    run.observe(recordOf({ step: 300, max_steps: 1000, epoch: 0.3, eval_loss: 2 }), SEEN);
    expect(run.ended).toBe('failed');
  });

  it('is taken back when the run goes on', () => {
    const run = running(30, 20);
    run.observe(recordOf({ step: 300, max_steps: 1000, epoch: 0.3 }), SEEN);
    run.observe(recordOf({ step: 210, max_steps: 1000, loss: 2, elapsed_seconds: 5 }), SEEN);
    expect(run).toMatchObject({ ended: null, attempts: 1 });
    run.observe(recordOf({ step: 220, max_steps: 1000, loss: 2, elapsed_seconds: 10 }), SEEN);
    expect(run).toMatchObject({ ended: null, attempts: 2 });
  });

  it('of a run that is started again with more epochs is no end', () => {
    const run = running(100, 20);
    run.observe(recordOf({ step: 1000, max_steps: 1000, epoch: 1 }), SEEN);
    run.observe(recordOf({ step: 1010, max_steps: 2000, loss: 2, epoch: 1.01 }), SEEN);
    expect([run.ended, run.progress]).toEqual([null, 0.505]);
  });
});

describe('silence', () => {
  it('is a stall after five times the usual interval, never before five minutes', () => {
    expect(running(25, 20).stallLimitMs).toBe(5 * MINUTE);
    expect(running(25, 120).stallLimitMs).toBe(10 * MINUTE);
    const run = running(25, 120);
    const last = SEEN + 25 * 120_000;
    expect(run.state(last + 10 * MINUTE)).toBe('running');
    expect(run.state(last + 10 * MINUTE + 1)).toBe('stalled');
  });

  it('may last half an hour before there is a rhythm', () => {
    expect(new Run('r', SEEN).stallLimitMs).toBe(30 * MINUTE);
    expect(running(3, 20).stallLimitMs).toBe(30 * MINUTE);
    expect(running(4, 20).stallLimitMs).toBe(5 * MINUTE);
  });

  it('may last three times as long after an evaluation', () => {
    const run = running(25, 20);
    run.observe(recordOf({ step: 250, max_steps: 1000, eval_loss: 2, elapsed_seconds: 520 }), SEEN);
    expect(run.stallLimitMs).toBe(15 * MINUTE);
    run.observe(recordOf({ step: 260, max_steps: 1000, loss: 2, elapsed_seconds: 540 }), SEEN);
    expect(run.stallLimitMs).toBe(5 * MINUTE);
  });

  it('counts from when the run was first seen as long as it has logged nothing', () => {
    const run = new Run('r', SEEN);
    expect(run.state(SEEN + 30 * MINUTE)).toBe('running');
    expect(run.state(SEEN + 30 * MINUTE + 1)).toBe('stalled');
  });

  it('is no stall at the usual pace when the log has no clock and its past was read at once', () => {
    const run = new Run('r', SEEN);
    for (let step = 1; step <= 200; step++) run.observe(recordOf({ step, max_steps: 1000, loss: 2 }), SEEN);
    expect(run.state(SEEN + 10 * MINUTE)).toBe('running');
  });

  it('is measured right where the elapsed time is left out now and then', () => {
    const run = new Run('r', SEEN);
    for (let at = 1; at <= 50; at++) {
      const clock: Fields = at % 5 === 0 ? {} : { elapsed_seconds: at * 20 };
      run.observe(recordOf({ step: at, max_steps: 1000, loss: 2, ...clock }), SEEN + at * 20_000);
    }
    expect(run.stallLimitMs).toBe(5 * MINUTE);
    expect(run.remainingSeconds).toBe(950 * 20);
  });
});

describe('counts', () => {
  it('hold every record, every zero and every number that is not finite', () => {
    const run = new Run('r', SEEN);
    const records: Fields[] = [
      { step: 1, loss: 0 },
      { step: 2, loss: -0 },
      { step: 3, loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY },
      { step: 4, loss: Number.NEGATIVE_INFINITY, grad_norm: Number.NaN },
      { step: 5, eval_loss: Number.NaN },
      { step: 6, loss: 1, grad_norm: 0, eval_loss: 1 },
    ];
    for (const fields of records) run.observe(recordOf(fields), SEEN);
    expect(run.tally).toMatchObject({
      records: 6,
      zeroLoss: 2,
      nonfinite: { loss: { nan: 1, inf: 1 }, grad_norm: { nan: 1, inf: 1 }, eval_loss: { nan: 1, inf: 0 } },
    });
  });

  it('hold the names of a log to a bound, and say what was left out', () => {
    const run = new Run('r', SEEN);
    for (let at = 0; at < MAX_OTHER_NAMES + 50; at++) run.observe(recordOf({ step: at }, { [`name${at}`]: at }), SEEN);
    expect([[...run.other].length, run.other.dropped]).toEqual([MAX_OTHER_NAMES, 50]);
    run.observe(recordOf({ step: 1 }, { name0: 77 }), SEEN);
    expect([new Map(run.other).get('name0'), run.other.dropped]).toEqual([77, 50]);
  });
});

it('keeps the time of its newest record when another source brings an older one', () => {
  const run = new Run('r', SEEN);
  run.observe(recordOf({ step: 1, loss: 1 }), SEEN + 5000);
  run.observe(recordOf({ step: 2, loss: 1 }), SEEN);
  expect(run.lastRecordMs).toBe(SEEN + 5000);
});

it('is told from another run in its place by its first training record', () => {
  const [one, same, other] = [2.5, 2.5, 2.6].map((loss) => {
    const run = new Run('r', SEEN);
    run.observe(recordOf({ step: 0, eval_loss: loss }), SEEN);
    run.observe(recordOf({ step: 1, max_steps: 9, loss, learning_rate: 1e-5 }), SEEN);
    run.observe(recordOf({ step: 2, max_steps: 9, loss: loss + 1 }), SEEN);
    return run.origin;
  });
  expect(one).not.toBe('');
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});
