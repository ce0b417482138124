import { describe, expect, it } from 'vitest';
import { lossPlateau } from '../../../src/detectors/loss-plateau.ts';
import { Watch } from './watch.ts';

const noisy = (count: number, level: (at: number) => number): number[] =>
  Array.from({ length: count }, (_, at) => level(at) * (1 + 0.05 * Math.sin(at * 2.4)));

it('200 records without a new best are none, from the best on', () => {
  const watch = new Watch(lossPlateau);
  const max = { max_steps: 1000 };
  const verdicts = watch.losses([...noisy(100, (at) => 3 - at / 100), ...noisy(400, () => 2)], max);
  const opened = verdicts.indexOf('bad') + 1;
  expect(opened).toBeGreaterThan(300);
  expect(opened).toBeLessThan(340);
  expect(watch.detector.severity()).toBe('info');
  expect(watch.detector.evidence().map(({ field }) => field)).toEqual(['mean_loss', 'best_loss']);
});

it('names the step of the best as the first, and is over with a new best', () => {
  const watch = new Watch(lossPlateau, { records: 50 });
  let verdict = watch.see({ loss: 2, max_steps: 1000 });
  while (verdict !== 'bad') verdict = watch.see({ loss: 2, max_steps: 1000 });
  expect(watch.detector.span?.()).toEqual({ first: 20, last: 129, records: 109 });
  expect(
    watch
      .losses(
        noisy(30, () => 1.5),
        { max_steps: 1000 },
      )
      .at(-1),
  ).toBe('good');
});

it('a loss that falls slowly is no plateau', () => {
  const watch = new Watch(lossPlateau);
  expect(
    watch.losses(
      noisy(1000, (at) => 3 * Math.exp(-at / 2000)),
      { max_steps: 2000 },
    ),
  ).not.toContain('bad');
});

describe('is quiet', () => {
  it('near the end of the run', () => {
    const watch = new Watch(lossPlateau);
    const verdicts = watch.losses(
      noisy(1000, () => 2),
      { max_steps: 1000 },
    );
    expect(verdicts.indexOf('bad')).toBeGreaterThan(0);
    // the last look before four fifths of the run
    expect(verdicts.lastIndexOf('bad')).toBe(784);
    expect(verdicts.at(-1)).toBe('good');
  });

  it('in a short part of a long run', () => {
    expect(
      new Watch(lossPlateau).losses(
        noisy(900, () => 2),
        { max_steps: 10_000 },
      ),
    ).not.toContain('bad');
  });

  it('where little is left to learn', () => {
    const learned = [...noisy(50, () => 3), ...noisy(500, () => 0.01)];
    expect(new Watch(lossPlateau).losses(learned, { max_steps: 1000 })).not.toContain('bad');
  });

  it('in reinforcement learning', () => {
    expect(
      new Watch(lossPlateau).losses(
        noisy(500, () => 2),
        { max_steps: 1000, reward: 1 },
      ),
    ).not.toContain('bad');
  });
});
