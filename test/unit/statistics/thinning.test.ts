import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Thinning } from '../../../src/statistics/thinning.ts';

function thinned(values: readonly number[], most: number): readonly { place: number; value: number }[] {
  const thinning = new Thinning<{ place: number; value: number }>(values.length, most);
  for (const [place, value] of values.entries()) thinning.push({ place, value });
  return thinning.kept;
}

/** As a loss is: mostly finite, now and then not. */
const number = fc.oneof(
  { weight: 9, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);
const series = fc.array(number, { minLength: 1, maxLength: 400 });
const most = fc.integer({ min: 5, max: 120 });

it('keeps a short series as it is', () => {
  const values = [3, Number.NaN, 1, 2, 2];
  expect(thinned(values, 5).map(({ value }) => value)).toEqual(values);
});

it('keeps the first, the last, the lowest and the highest, in order, and no more than asked for', () => {
  fc.assert(
    fc.property(series, most, (values, points) => {
      const kept = thinned(values, points);
      expect(kept.length).toBeLessThanOrEqual(points);
      const places = kept.map(({ place }) => place);
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(places[0]).toBe(0);
      expect(places.at(-1)).toBe(values.length - 1);
      const finite = values.filter(Number.isFinite);
      const keptFinite = kept.map(({ value }) => value).filter(Number.isFinite);
      expect(Math.min(...keptFinite)).toBe(Math.min(...finite));
      expect(Math.max(...keptFinite)).toBe(Math.max(...finite));
    }),
  );
});

it('keeps of every stretch its extremes, and one that is not finite where there is any', () => {
  fc.assert(
    fc.property(series, most, (values, points) => {
      const kept = thinned(values, points);
      if (values.length <= points) return;
      const stretches = Math.floor((points - 2) / 3);
      const stretchOf = (place: number) => Math.floor(((place - 1) * stretches) / (values.length - 2));
      const inner = (place: number) => place > 0 && place < values.length - 1;
      const before = Map.groupBy([...values.keys()].filter(inner), stretchOf);
      const after = Map.groupBy(
        kept.filter(({ place }) => inner(place)),
        ({ place }) => stretchOf(place),
      );
      for (const [stretch, places] of before) {
        const all = places.map((place) => values[place] as number);
        const left = (after.get(stretch) ?? []).map(({ value }) => value);
        expect(left.some((value) => !Number.isFinite(value))).toBe(all.some((value) => !Number.isFinite(value)));
        expect(Math.min(...left.filter(Number.isFinite))).toBe(Math.min(...all.filter(Number.isFinite)));
        expect(Math.max(...left.filter(Number.isFinite))).toBe(Math.max(...all.filter(Number.isFinite)));
      }
    }),
  );
});
