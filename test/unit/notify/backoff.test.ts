import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/notify/backoff.ts';

test('doubles from half a second to a minute', () => {
  const latest = () => 1;
  expect([1, 2, 3, 7, 8, 9, 5_000].map((n) => backoffMs(n, latest))).toEqual([
    500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});

test('is spread over its upper half', () => {
  expect(backoffMs(1, () => 0)).toBe(250);
  expect(backoffMs(100, () => 0.5)).toBe(45_000);
});
