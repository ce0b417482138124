import { expect, it } from 'vitest';
import { endedEarly } from '../../../src/detectors/ended-early.ts';
import { Watch } from './watch.ts';

function trained(): Watch {
  const watch = new Watch(endedEarly);
  watch.times(81, { max_steps: 270, loss: 2, epoch: 0.1 });
  return watch;
}

it('a closing line short of the last step is a failure, with both steps to show', () => {
  const watch = trained();
  expect(watch.see({ step: 81, max_steps: 270, epoch: 0.9, progress_percent: 30 })).toBe('bad');
  expect(watch.detector.severity()).toBe('critical');
  expect(watch.detector.evidence()).toEqual([
    { step: 81, field: 'step', value: 81 },
    { step: 81, field: 'max_steps', value: 270 },
  ]);
});

it('a run that does all its steps has not failed', () => {
  const watch = new Watch(endedEarly);
  expect(watch.times(270, { max_steps: 270, loss: 2 })).toBe('good');
  expect(watch.see({ step: 270, max_steps: 270, epoch: 3 })).toBe('good');
});

it('a run that just stops has not failed as far as its log says', () => {
  expect(trained().see({ max_steps: 270, loss: 2, epoch: 0.9 })).toBe('good');
});

it('an evaluation after the end does not end it again', () => {
  const watch = trained();
  watch.see({ step: 81, max_steps: 270, epoch: 0.9 });
  expect(watch.see({ step: 81, max_steps: 270, epoch: 0.9, eval_loss: 2 })).toBe('silent');
});

it('a record of training after it is a good word', () => {
  const watch = trained();
  watch.see({ step: 81, max_steps: 270, epoch: 0.9 });
  expect(watch.see({ step: 71, max_steps: 270, epoch: 0.8, loss: 2 })).toBe('good');
});
