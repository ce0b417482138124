import { describe, expect, it } from 'vitest';
import { lossSpike } from '../../../src/detectors/loss-spike.ts';
import { healthyLosses, Watch } from './watch.ts';

function trained(options = {}): Watch {
  const watch = new Watch(lossSpike, options);
  watch.losses(healthyLosses(60));
  return watch;
}

it('a loss of several times what was expected is one, until it is back', () => {
  const watch = trained();
  expect(watch.losses([6, 5, 1.8, 1.8])).toEqual(['bad', 'bad', 'good', 'good']);
  expect(watch.detector.severity()).toBe('warning');
});

it('says what was expected', () => {
  const watch = trained();
  watch.losses([6]);
  expect(watch.detector.evidence()).toEqual([
    { step: 61, field: 'loss', value: 6 },
    { step: 61, field: 'expected_loss', value: expect.closeTo(1.8, 0) },
  ]);
});

it('is critical when it stays for five records', () => {
  const watch = trained();
  watch.losses([6, 6, 6, 6]);
  expect(watch.detector.severity()).toBe('warning');
  watch.losses([6]);
  expect(watch.detector.severity()).toBe('critical');
});

it('a level that stays for long is where the loss now is', () => {
  const watch = trained();
  expect(watch.losses(healthyLosses(100, 6)).at(-1)).toBe('good');
});

describe('is none', () => {
  it.each([1.1, 1.15])('at %d times what was expected', (ratio) => {
    expect(trained().losses([1.8 * ratio])).toEqual(['good']);
  });

  it('in a run whose losses differ that much', () => {
    const watch = new Watch(lossSpike);
    const wild = Array.from({ length: 200 }, (_, at) => 2 * Math.exp(0.5 * Math.sin(at * at)));
    expect(watch.losses(wild)).not.toContain('bad');
  });

  it('in the first records', () => {
    expect(new Watch(lossSpike).losses([2, 2, 2, 2, 6])).not.toContain('bad');
  });

  it('when the loss has been memorised and doubles', () => {
    const watch = new Watch(lossSpike);
    watch.losses([...healthyLosses(30), ...healthyLosses(60, 0.001)]);
    expect(watch.losses([0.003])).toEqual(['good']);
  });

  it('when the norm says NaN: another alert tells of that', () => {
    expect(trained().see({ loss: 6, grad_norm: Number.NaN })).toBe('silent');
  });

  it('in reinforcement learning', () => {
    expect(trained().see({ loss: 6, reward: 1 })).toBe('silent');
  });
});
