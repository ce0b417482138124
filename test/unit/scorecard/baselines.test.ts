import { expect, it } from 'vitest';
import { BASELINES, median } from '../../scorecard/baselines.ts';
import type { Point } from '../../scorecard/replay.ts';

/** 300 records that waver by a tenth, with what is put in their places. */
function series(put: Readonly<Record<number, Partial<Point>>> = {}): Point[] {
  return Array.from({ length: 300 }, (_, index) => {
    const waver = 1 + 0.1 * Math.sin(index);
    return { step: index + 1, loss: 2 * waver, gradNorm: 0.5 * waver, ...put[index + 1] };
  });
}

function flags(name: string, points: readonly Point[]): number[] {
  return BASELINES[name]?.(points) ?? [];
}

const NAMES = Object.keys(BASELINES);

it.each(NAMES)('%s says nothing of a run that only wavers', (name) => {
  expect(flags(name, series())).toEqual([]);
});

it.each(NAMES)('%s bears a run without gradient norms, and one without records', (name) => {
  expect(
    flags(
      name,
      series().map((point) => ({ ...point, gradNorm: undefined })),
    ),
  ).toEqual([]);
  expect(flags(name, [])).toEqual([]);
});

it('NaN, infinite and zero are seen in the record that has them', () => {
  const put = {
    7: { loss: Number.NaN },
    8: { loss: 0 },
    9: { gradNorm: Number.POSITIVE_INFINITY },
    10: { gradNorm: 0 },
  };
  expect(flags('NaN or zero', series(put))).toEqual([7, 8, 9]);
});

it('six deviations are seen in loss and in norm, once the window is full', () => {
  const put = { 100: { loss: 9 }, 250: { loss: 9 }, 290: { gradNorm: 9 } };
  expect(flags('OLMo-core, 6σ of 128', series(put))).toEqual([250, 290]);
});

it('a NaN silences the six deviations for as long as the window holds it', () => {
  expect(flags('OLMo-core, 6σ of 128', series({ 150: { loss: Number.NaN }, 250: { loss: 9 } }))).toEqual([]);
});

it('KillLossSpike has patience for four outliers in a row', () => {
  const row = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [from + index, { loss: 9 }]));
  expect(flags('llm-foundry KillLossSpike', series(row(150, 153)))).toEqual([]);
  expect(flags('llm-foundry KillLossSpike', series(row(150, 155)))).toEqual([154, 155]);
});

it('KillLossSpike sees when half of the window is above its cap', () => {
  const high = series().map((point) => ({ ...point, loss: 12 }));
  expect(flags('llm-foundry KillLossSpike', high)[0]).toBe(201);
});

it('the filter of Hampel wants half as much again, and a history', () => {
  const put = { 15: { loss: 9 }, 200: { loss: 2.9 }, 250: { loss: 3.6 } };
  expect(flags('log-Hampel, 64 records', series(put))).toEqual([]);
  expect(flags('log-Hampel, 64 records', series({ 250: { loss: 5 } }))).toEqual([250]);
});

it('ZClip sees a norm far from its moving mean', () => {
  expect(flags('ZClip, z 2.5', series({ 20: { gradNorm: 5 } }))).toEqual([]);
  expect(flags('ZClip, z 2.5', series({ 200: { gradNorm: 5 } }))).toEqual([200]);
});

it('the median of an even count lies between the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
});
