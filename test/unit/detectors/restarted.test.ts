import { expect, it } from 'vitest';
import { restarted } from '../../../src/detectors/restarted.ts';
import { Watch } from './watch.ts';

it('tells of a new attempt once, and how far the one before had come', () => {
  const watch = new Watch(restarted);
  watch.times(100, { loss: 2 });
  const see = (step: number) => watch.see({ step, loss: 2 });
  expect([see(51), see(52)]).toEqual(['good', 'bad']);
  expect(watch.detector.span?.()).toEqual({ first: 51, last: 52, records: 1 });
  expect(watch.detector.severity()).toBe('info');
  expect(watch.detector.evidence()).toEqual([
    { step: 52, field: 'attempts', value: 2 },
    { step: 52, field: 'step_before', value: 100 },
  ]);
  expect([see(53), see(54)]).toEqual(['good', 'good']);
});

it('says nothing of a step back by one writer of two', () => {
  const watch = new Watch(restarted);
  watch.times(100, { loss: 2 });
  expect([51, 101, 52, 102, 53, 103].map((step) => watch.see({ step, loss: 2 }))).not.toContain('bad');
});

it('an evaluation closes nothing', () => {
  expect(new Watch(restarted).see({ eval_loss: 2 })).toBe('silent');
});
