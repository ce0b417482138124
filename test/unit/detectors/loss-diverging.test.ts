import { describe, expect, it } from 'vitest';
import { lossDiverging } from '../../../src/detectors/loss-diverging.ts';
import { healthyLosses, Watch } from './watch.ts';

const climb = (count: number, from: number) => Array.from({ length: count }, (_, at) => from * 1.1 ** at);

it('a loss that climbs away from its best is found, from the first high one on', () => {
  const watch = new Watch(lossDiverging);
  watch.losses(healthyLosses(60));
  const verdicts = watch.losses(climb(12, 1.9));
  const opened = verdicts.indexOf('bad');
  expect(opened).toBeGreaterThan(4);
  expect(verdicts.slice(opened)).not.toContain('good');
  expect(watch.detector.severity()).toBe('critical');
  expect(watch.detector.evidence()).toMatchObject([
    { step: 72, field: 'loss', value: expect.closeTo(5.42, 1) },
    { field: 'best_loss', value: expect.closeTo(1.8, 1) },
  ]);
});

it('names all high losses, those before it was sure too', () => {
  const watch = new Watch(lossDiverging);
  watch.losses(healthyLosses(60));
  let next = 1.9;
  while (watch.losses([next])[0] !== 'bad') next *= 1.1;
  const span = watch.detector.span?.();
  expect(span?.records).toBeGreaterThanOrEqual(3);
  expect((span?.last ?? 0) - (span?.first ?? 0)).toBe((span?.records ?? 0) - 1);
});

it('needs no long history: a learning rate that is far too high shows at once', () => {
  expect(new Watch(lossDiverging).losses([2, 1.9, 1.8, 6, 9, 12, 15])).toContain('bad');
});

it('is over when the loss has come back half the way', () => {
  const watch = new Watch(lossDiverging);
  watch.losses([...healthyLosses(60), ...climb(12, 1.9)]);
  expect(watch.losses([2])).toEqual(['good']);
});

describe('is none', () => {
  it('when one loss or two are high', () => {
    expect(new Watch(lossDiverging).losses([...healthyLosses(60), 6, 6, ...healthyLosses(20, 1.8)])).not.toContain(
      'bad',
    );
  });

  it('in a run whose losses always differ that much', () => {
    const wild = Array.from({ length: 300 }, (_, at) => 2 * Math.exp(0.4 * Math.sin(at * at)));
    expect(new Watch(lossDiverging).losses(wild)).not.toContain('bad');
  });

  it('when the loss is small beside where it began', () => {
    const memorised = [...healthyLosses(30), ...healthyLosses(60, 0.001), ...climb(12, 0.001)];
    expect(new Watch(lossDiverging).losses(memorised)).not.toContain('bad');
  });

  it('in reinforcement learning', () => {
    expect(new Watch(lossDiverging).losses([...healthyLosses(60), ...climb(12, 1.9)], { reward: 1 })).not.toContain(
      'bad',
    );
  });
});
