import { expect, it } from 'vitest';
import { drawTrail, extendTrail, MAX_TRAIL } from '../../../src/web/trail.ts';

it('a trail keeps the newest', () => {
  const trail = extendTrail(
    [0, 1],
    Array.from({ length: MAX_TRAIL }, (_, index) => index + 2),
  );
  expect(trail).toHaveLength(MAX_TRAIL);
  expect(trail.at(-1)).toBe(MAX_TRAIL + 1);
});

it('a drawing breaks off where a value is not finite, and marks it', () => {
  const { path, marks, end } = drawTrail([2, 1, Number.NaN, 0], 30, 10, 0);
  expect(path).toBe('M0 0L10 5M30 10');
  expect(marks).toEqual([20]);
  expect(end).toEqual({ x: 30, y: 10 });
});

it('a drawing of nothing but NaN has marks and no line', () => {
  const { path, marks, end } = drawTrail([Number.NaN, Number.POSITIVE_INFINITY], 10, 10, 0);
  expect({ path, marks, end }).toEqual({ path: '', marks: [0, 10], end: null });
});

it('a constant loss is a line in the middle', () => {
  expect(drawTrail([1, 1], 10, 10, 0).path).toBe('M0 5L10 5');
});
