import { expect, it } from 'vitest';
import { restarted } from '../../../src/detectors/restarted.ts';
import { Watch } from './watch.ts';

it('tells of a new attempt once, and how far the one before had come', () => {
  const watch = new Watch(restarted);
  watch.times(100, { loss: 2 });
  const verdicts = [51, 52, 53, 54].map((step) => watch.see({ step, loss: 2 }));
  expect(verdicts).toEqual(['good', 'bad', 'good', 'good']);
  expect(watch.detector.severity()).toBe('info');
  expect(watch.detector.evidence()).toEqual([
    { step: 52, field: 'attempts', value: 2 },
    { step: 52, field: 'step_before', value: 100 },
  ]);
});

it('says nothing of a step back by one writer of two', () => {
  const watch = new Watch(restarted);
  watch.times(100, { loss: 2 });
  expect([51, 101, 52, 102, 53, 103].map((step) => watch.see({ step, loss: 2 }))).not.toContain('bad');
});

it('an evaluation closes nothing', () => {
  expect(new Watch(restarted).see({ eval_loss: 2 })).toBe('silent');
});
