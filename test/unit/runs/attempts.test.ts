import { describe, expect, it } from 'vitest';
import { Attempts } from '../../../src/runs/attempts.ts';

const ARRIVED = 1_700_000_000_000;

type Logged = readonly [step: number, elapsed?: number];

/** Steps at which a new attempt was proven. */
function proofs(attempts: Attempts, records: readonly Logged[]): number[] {
  return records
    .filter(([step, elapsed = Number.NaN]) => attempts.observe(step, elapsed, ARRIVED))
    .map(([step]) => step);
}

/** Records from `first` to `last`, one second a step from `elapsed` on. */
function steps(first: number, last: number, elapsed: number, every = 1): Logged[] {
  const count = Math.floor((last - first) / every) + 1;
  return Array.from({ length: count }, (_, at) => [first + at * every, elapsed + at * every]);
}

describe('one attempt', () => {
  it('is there from the start, and stays one while steps rise or repeat', () => {
    const attempts = new Attempts();
    expect(attempts.count).toBe(1);
    expect(
      proofs(attempts, [
        [1, 1],
        [2, 2],
        [2, 2],
        [2, 3],
        [10, 9],
      ]),
    ).toEqual([]);
    expect(attempts.count).toBe(1);
    expect(attempts.current).toMatchObject({ firstStep: 1, lastStep: 10, lastElapsed: 9 });
  });

  it('is not broken by one record of another writer', () => {
    const attempts = new Attempts();
    expect(proofs(attempts, [...steps(90, 100, 90), [50, 50], ...steps(101, 110, 101)])).toEqual([]);
    expect(attempts.current).toMatchObject({ firstStep: 90, lastStep: 110 });
  });
});

describe('a resume', () => {
  it('is believed at its second record', () => {
    const attempts = new Attempts();
    expect(proofs(attempts, [...steps(1, 163, 1), ...steps(151, 300, 1)])).toEqual([152]);
    expect(attempts.count).toBe(2);
    expect(attempts.current).toMatchObject({ firstStep: 151, lastStep: 300 });
  });

  it('is seen where the log has no clock', () => {
    const attempts = new Attempts();
    const once = Array.from({ length: 60 }, (_, at): Logged => [at + 1]);
    expect(proofs(attempts, [...once, ...once])).toEqual([2]);
    expect(attempts.count).toBe(2);
  });

  it('exactly behind the last logged step is told by the clock that begins anew', () => {
    const attempts = new Attempts();
    expect(proofs(attempts, [...steps(1, 100, 1), ...steps(101, 110, 3)])).toEqual([102]);
    const repeated = new Attempts();
    expect(proofs(repeated, [...steps(1, 100, 1), [100, 2], [101, 3]])).toEqual([101]);
  });

  it('of a resume that itself broke off after one record counts as well', () => {
    const attempts = new Attempts();
    expect(proofs(attempts, [...steps(1, 100, 1), [81, 5], [61, 3], [62, 4]])).toEqual([61, 62]);
    expect(attempts.all.map(({ firstStep }) => firstStep)).toEqual([1, 81, 61]);
  });

  it('is believed later when the clock says that the first attempt was shorter than the way back in', () => {
    const attempts = new Attempts();
    expect(proofs(attempts, [...steps(1, 50, 1), ...steps(31, 45, 60)])).toEqual([34]);
    expect(attempts.count).toBe(2);
  });
});

describe('two writers of one log', () => {
  it('that take turns are one attempt', () => {
    const attempts = new Attempts();
    const turns = steps(1000, 1400, 1000, 10).flatMap(([step, elapsed = 0]): Logged[] => [
      [step, elapsed],
      [step - 20, elapsed + 1],
    ]);
    expect(proofs(attempts, turns)).toEqual([]);
    expect(attempts.count).toBe(1);
  });

  it('of which one now and then speaks twice are one attempt', () => {
    const attempts = new Attempts();
    const spoken: Logged[] = [
      [60, 100],
      [90, 101],
      [70, 102],
      [100, 103],
      [80, 104],
      [90, 105],
      [110, 106],
      [100, 107],
    ];
    expect(proofs(attempts, spoken)).toEqual([]);
    expect(attempts.count).toBe(1);
  });

  it('of which one began later are one attempt once they have been told apart', () => {
    const attempts = new Attempts();
    expect(
      proofs(attempts, [
        [500, 500],
        [510, 510],
        [10, 8],
        [520, 520],
        [20, 18],
        [30, 28],
        [530, 530],
        [40, 38],
      ]),
    ).toEqual([]);
    expect(attempts.count).toBe(1);
  });

  it('that were both resumed are two attempts, not three', () => {
    const attempts = new Attempts();
    const resumed = steps(510, 600, 160, 10).flatMap((one) => [one, one]);
    expect(
      proofs(attempts, [[700, 9000], [730, 9020], [710, 9100], [740, 9200], [720, 9300], ...resumed]),
    ).toHaveLength(1);
    expect(attempts.count).toBe(2);
  });
});

describe('when an attempt began', () => {
  it('is known as well as the fastest record says', () => {
    const attempts = new Attempts();
    attempts.observe(1, 10, ARRIVED + 15_000);
    attempts.observe(2, 20, ARRIVED + 21_000);
    attempts.observe(3, 30, ARRIVED + 40_000);
    expect(attempts.startOf(0)).toBe(ARRIVED + 1_000);
  });

  it('is before the next one began, by as long as it ran, when all was read at once', () => {
    const attempts = new Attempts();
    proofs(attempts, [...steps(1, 100, 1), ...steps(51, 80, 1)]);
    expect(attempts.startOf(1)).toBe(ARRIVED - 30_000);
    expect(attempts.startOf(0)).toBe(ARRIVED - 130_000);
  });

  it('is unknown where the log has no clock', () => {
    const attempts = new Attempts();
    proofs(attempts, [[1], [2]]);
    expect(attempts.startOf(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

it('keeps few attempts and counts all', () => {
  const attempts = new Attempts();
  for (let at = 0; at < 500; at++) proofs(attempts, steps(1, 10, 1));
  expect(attempts.count).toBe(500);
  expect(attempts.all.length).toBeLessThanOrEqual(64);
  expect(attempts.startOf(499)).toBe(ARRIVED - 10_000);
});
