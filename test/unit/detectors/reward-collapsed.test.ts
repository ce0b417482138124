import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/detectors/detector.ts';
import { rewardCollapsed } from '../../../src/detectors/reward-collapsed.ts';
import { SEEN, Watch } from './watch.ts';

type Numbers = Readonly<Record<string, number>>;

function train(watch: Watch, count: number, reward: (at: number) => number, other: Numbers = {}): Verdict[] {
  return Array.from({ length: count }, (_, at) => watch.see({ loss: 0.01, reward: reward(at) }, SEEN, other));
}

const wave = (level: number) => (at: number) => level + 0.02 * Math.sin(at * 2.4);

describe('a reward that loses what it had gained', () => {
  it('is found, with the best', () => {
    const watch = new Watch(rewardCollapsed);
    train(watch, 50, wave(0.2));
    train(watch, 100, wave(0.9));
    const verdicts = train(watch, 60, wave(0.1));
    expect(verdicts.indexOf('bad')).toBeGreaterThan(10);
    expect(watch.detector.severity()).toBe('warning');
    expect(watch.detector.evidence()).toMatchObject([
      { step: 210, field: 'reward', value: expect.closeTo(0.1, 1) },
      { step: 210, field: 'best_reward', value: expect.closeTo(0.9, 1) },
    ]);
  });

  it('is none when it goes up and down by chance', () => {
    const watch = new Watch(rewardCollapsed);
    expect(train(watch, 400, (at) => 0.5 + 0.4 * Math.sin(at * at))).not.toContain('bad');
  });

  it('is none when it only rises', () => {
    const watch = new Watch(rewardCollapsed);
    expect(train(watch, 400, (at) => at / 400)).not.toContain('bad');
  });
});

it('groups whose rewards have become equal are found after ten records, from the first of them', () => {
  const watch = new Watch(rewardCollapsed);
  train(watch, 30, wave(0.5), { frac_reward_zero_std: 0.2 });
  const verdicts = train(watch, 12, wave(1), { frac_reward_zero_std: 1 });
  expect(verdicts.indexOf('bad')).toBe(9);
  expect(watch.detector.evidence()).toEqual([{ step: 42, field: 'frac_reward_zero_std', value: 1 }]);
});

it('groups whose rewards never differed have not collapsed', () => {
  const watch = new Watch(rewardCollapsed);
  expect(train(watch, 100, wave(0), { frac_reward_zero_std: 1 })).not.toContain('bad');
});

it.each([
  ['kl', 0.1, 5],
  ['kl', 0.1, Number.NaN],
  ['objective/kl', 0.1, 5],
  ['entropy', 1.2, 0.05],
])('%s that goes from %d to %d is found', (name, usual, bad) => {
  const watch = new Watch(rewardCollapsed);
  train(watch, 40, wave(0.5), { [name]: usual });
  expect(train(watch, 9, wave(0.5), { [name]: bad })).not.toContain('bad');
  expect(train(watch, 1, wave(0.5), { [name]: bad })).toEqual(['bad']);
  expect(watch.detector.span?.()).toEqual({ first: 41, last: 50, records: 10 });
  expect(train(watch, 1, wave(0.5), { [name]: usual })).toEqual(['good']);
});

it('says nothing of training without rewards', () => {
  const watch = new Watch(rewardCollapsed);
  expect(watch.see({ loss: 2 }, SEEN, { entropy: 1 })).toBe('silent');
});
