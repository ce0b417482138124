import { expect, it } from 'vitest';
import { backoffMs, failuresAfter, GOOD_AFTER_MS, MAX_DELAY_MS } from '../../../src/web/backoff.ts';

it('delays double up to a bound', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => backoffMs(failures, 0));
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, MAX_DELAY_MS, MAX_DELAY_MS, MAX_DELAY_MS]);
});

it('jitter takes off up to a third', () => {
  expect(backoffMs(2, 0.5)).toBe(833);
  expect(backoffMs(2, 0.999999)).toBeGreaterThanOrEqual(667);
});

it('only a connection that held starts over', () => {
  expect(failuresAfter(0, null)).toBe(1);
  expect(failuresAfter(5, null)).toBe(6);
  expect(failuresAfter(5, 20)).toBe(6);
  expect(failuresAfter(5, GOOD_AFTER_MS)).toBe(1);
});
