import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/formats/duration.ts';

it.each([
  ['0:00:00', 0],
  ['0:00:02', 2],
  ['1:02:03', 3723],
  ['23:59:59', 86_399],
  ['1 day, 2:03:04', 93_784],
  ['2 days, 21:34:25', 250_465],
  ['12 days, 0:00:00', 1_036_800],
  ['0:00:02.500000', 2],
  [' 0:01:00\r', 60],
  // one that stayed above a day without saying so
  ['100:00:00', 360_000],
])('reads %j as %d s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each([
  '',
  ' ',
  '12',
  '0:60:00',
  '0:00:60',
  '-1 day, 2:03:04',
  'day, 1:00:00',
  '1:00',
  'a few seconds',
  '1 day 1:00:00',
])('takes %j for none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it('takes no time that no clock can hold', () => {
  for (const digits of [7, 20, 400]) expect(parseDuration(`${'9'.repeat(digits)}:00:00`)).toBeUndefined();
  for (const digits of [7, 20, 400]) expect(parseDuration(`${'9'.repeat(digits)} days, 0:00:00`)).toBeUndefined();
});
