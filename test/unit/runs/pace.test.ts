import { expect, it } from 'vitest';
import { Pace } from '../../../src/runs/pace.ts';

const UNKNOWN = Number.NaN;

it('knows nothing before there are a few records', () => {
  const pace = new Pace();
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([null, null]);
  pace.observe(1, 1, 0);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([null, null]);
  pace.observe(2, 3, 0);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([2, null]);
});

it('tells the time per step and the longest usual time between records', () => {
  const pace = new Pace();
  for (let at = 0; at <= 40; at++) pace.observe(at * 5, at * 10, 0);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([2, 10]);
});

it('forgets what is older than its window', () => {
  const pace = new Pace();
  for (let at = 0; at <= 100; at++) pace.observe(at, at * 100, 0);
  for (let at = 1; at <= 64; at++) pace.observe(100 + at, 10_000 + at, 0);
  expect(pace.secondsPerStep).toBe(1);
});

it('begins anew with a new attempt, whose clock and step fall back', () => {
  const pace = new Pace();
  for (let at = 1; at <= 20; at++) pace.observe(at, at * 10, 0);
  for (let at = 11; at <= 13; at++) pace.observe(at, (at - 10) * 2, 0);
  expect(pace.secondsPerStep).toBe(2);
  expect(pace.longInterval).toBe(10);
});

it('goes by arrival where the log has no clock', () => {
  const pace = new Pace();
  for (let at = 0; at <= 10; at++) pace.observe(at, UNKNOWN, 1_000_000 + at * 3_000);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([3, 3]);
});

it('takes no rhythm from records that were read together', () => {
  const pace = new Pace();
  for (let step = 1; step <= 200; step++) pace.observe(step, UNKNOWN, 1_000_000);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([null, null]);
  for (let at = 1; at <= 4; at++) pace.observe(200 + at, UNKNOWN, 1_000_000 + at * 600_000);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([600, 600]);
});

it('does not mix the two clocks: an elapsed time that is sometimes left out is no leap in time', () => {
  const pace = new Pace();
  const arrivedMs = 1_700_000_000_000;
  for (let at = 1; at <= 40; at++) pace.observe(at, at % 4 === 0 ? UNKNOWN : at * 10, arrivedMs + at * 10_000);
  expect(pace.secondsPerStep).toBe(10);
  expect(pace.longInterval).toBe(20);
});

it('goes over to the clock of the trainer when that comes late', () => {
  const pace = new Pace();
  for (let at = 1; at <= 5; at++) pace.observe(at, UNKNOWN, 1_000_000 * at);
  for (let at = 6; at <= 9; at++) pace.observe(at, at, 1_000_000 * at);
  expect([pace.secondsPerStep, pace.longInterval]).toEqual([1, 1]);
});

it('tells the same of a long log, whether its records come one by one or together', () => {
  const seconds = (step: number) => step * 2 + (step % 7) * (step > 4_900 ? 3 : 1);
  const steps = Float64Array.from({ length: 5_000 }, (_, at) => at + 1);
  const [single, together, newest] = [new Pace(), new Pace(), new Pace()];
  for (const step of steps) single.observe(step, seconds(step), 0);
  const told = [single.secondsPerStep, single.longInterval];
  for (let at = 0; at < steps.length; at += 511) {
    const some = steps.subarray(at, at + 511);
    together.observeAll(some, some.map(seconds));
  }
  expect([together.secondsPerStep, together.longInterval]).toEqual(told);
  for (const step of steps.subarray(-130)) newest.observe(step, seconds(step), 0);
  expect([newest.secondsPerStep, newest.longInterval]).toEqual(told);
});
