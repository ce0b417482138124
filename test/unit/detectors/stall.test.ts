import { expect, it } from 'vitest';
import { stall } from '../../../src/detectors/stall.ts';
import { SEEN, Watch } from './watch.ts';

const MINUTE = 60_000;

/** A run that was followed for ten minutes, a record every twenty seconds; the last came then. */
const LAST = SEEN + 10 * MINUTE;
function followed(): Watch {
  const watch = new Watch(stall);
  for (let at = 1; at <= 30; at++) {
    watch.see({ step: at, max_steps: 100, loss: 2, elapsed_seconds: at * 20 }, SEEN + at * 20_000);
  }
  return watch;
}

it('is silent for five minutes, then warns, and is critical at twice as long', () => {
  const { detector, run } = followed();
  expect(detector.tick?.(LAST + 5 * MINUTE, run)).toBe('silent');
  expect(detector.tick?.(LAST + 5 * MINUTE + 1, run)).toBe('bad');
  expect(detector.severity()).toBe('warning');
  expect(detector.tick?.(LAST + 10 * MINUTE, run)).toBe('bad');
  expect(detector.severity()).toBe('warning');
  expect(detector.tick?.(LAST + 10 * MINUTE + 1, run)).toBe('bad');
  expect(detector.severity()).toBe('critical');
});

it('says how long, since which step, and since when', () => {
  const { detector, run } = followed();
  detector.tick?.(LAST + 7 * MINUTE, run);
  expect(detector.evidence()).toEqual([{ step: 30, field: 'seconds_without_record', value: 420 }]);
  expect(detector.sinceMs?.()).toBe(LAST + 5 * MINUTE);
});

it('any record is a good word', () => {
  const watch = followed();
  watch.detector.tick?.(LAST + 7 * MINUTE, watch.run);
  expect(watch.see({ eval_loss: 2 }, LAST + 8 * MINUTE)).toBe('good');
  expect(watch.detector.tick?.(LAST + 9 * MINUTE, watch.run)).toBe('silent');
});

it('waits longer for a run that is slow, evaluates, or has only begun', () => {
  const slow = new Watch(stall);
  for (let at = 1; at <= 5; at++) slow.see({ step: at, loss: 2, elapsed_seconds: at * 600 }, LAST);
  expect(slow.detector.tick?.(LAST + 50 * MINUTE, slow.run)).toBe('silent');
  expect(slow.detector.tick?.(LAST + 50 * MINUTE + 1, slow.run)).toBe('bad');

  const evaluating = followed();
  evaluating.see({ step: 30, eval_loss: 2, elapsed_seconds: 600 }, LAST);
  expect(evaluating.detector.tick?.(LAST + 15 * MINUTE, evaluating.run)).toBe('silent');
  expect(evaluating.detector.tick?.(LAST + 15 * MINUTE + 1, evaluating.run)).toBe('bad');

  const begun = new Watch(stall);
  begun.see({ step: 1, loss: 2, elapsed_seconds: 1 }, LAST);
  expect(begun.detector.tick?.(LAST + 30 * MINUTE, begun.run)).toBe('silent');
  expect(begun.detector.tick?.(LAST + 30 * MINUTE + 1, begun.run)).toBe('bad');
});

it.each(['finished', 'failed'] as const)('is silent about a run that has %s', (ended) => {
  const watch = followed();
  watch.see({ step: ended === 'finished' ? 100 : 40, max_steps: 100, epoch: 1 }, LAST);
  expect(watch.run.ended).toBe(ended);
  expect(watch.detector.tick?.(LAST + 1e9, watch.run)).toBe('silent');
});

it('is silent about a run that has logged nothing yet', () => {
  const { detector, run } = new Watch(stall);
  expect(detector.tick?.(SEEN + 1e9, run)).toBe('silent');
});

it('sees only what became silent under the eyes of the agent', () => {
  const watch = new Watch(stall);
  const old = (ms: number) => {
    for (let at = 1; at <= 30; at++) watch.see({ step: at, loss: 2, elapsed_seconds: at * 20 }, ms);
  };
  old(SEEN - 5 * MINUTE - 1);
  expect(watch.detector.tick?.(SEEN + 1e9, watch.run)).toBe('silent');
  old(SEEN - 5 * MINUTE);
  expect(watch.detector.tick?.(SEEN + 1, watch.run)).toBe('bad');
});
