import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ring } from '../../../src/statistics/ring.ts';

it('keeps the newest', () => {
  const ring = new Ring(3);
  for (const value of [1, 2, 3, 4, 5]) ring.push(value);
  expect(ring.size).toBe(3);
  expect([-1, 0, 1, 2, 3].map((age) => ring.at(age))).toEqual([Number.NaN, 5, 4, 3, Number.NaN]);
});

it('is empty at first and after clear', () => {
  const ring = new Ring(3);
  for (const value of [1, 2, 3, 4]) ring.push(value);
  ring.clear();
  for (const one of [ring, new Ring(3)]) {
    expect(one.size).toBe(0);
    expect([one.at(0), one.median(), one.quantile(0)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  }
  ring.push(7);
  expect([ring.size, ring.at(0), ring.median()]).toEqual([1, 7, 7]);
});

it('can put another value in the place of the newest', () => {
  const ring = new Ring(2);
  ring.amend(9);
  expect(ring.size).toBe(0);
  for (const value of [1, 2, 3]) ring.push(value);
  ring.amend(9);
  expect([ring.size, ring.at(0), ring.at(1)]).toEqual([2, 9, 2]);
});

it('tells quantiles by nearest rank', () => {
  const ring = new Ring(10);
  for (const value of [30, 10, 20, 40]) ring.push(value);
  expect([0, 0.25, 0.5, 0.75, 0.95, 1].map((q) => ring.quantile(q))).toEqual([10, 20, 30, 40, 40, 40]);
  expect(ring.median()).toBe(30);
});

it('agrees with a plain list that forgets', () => {
  const number = fc.double({ noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(number),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (capacity, values, q) => {
        const ring = new Ring(capacity);
        for (const value of values) ring.push(value);
        const kept = values.slice(-capacity);
        expect(Array.from({ length: ring.size }, (_, age) => ring.at(age))).toEqual(kept.toReversed());
        const sorted = Float64Array.from(kept).sort();
        const expected = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
        expect(ring.quantile(q)).toBe(expected);
      },
    ),
  );
});
