import { describe, expect, it } from 'vitest';
import type { RunSeriesView } from '../../../../src/view/wire.ts';
import { History } from '../../../../src/web/charts/history.ts';

const PAST: RunSeriesView = {
  run: 'sft',
  kept: true,
  series: [
    { name: 'loss', attempt: 1, steps: [1, 2, 3, 4], values: [4, 3, 'NaN', 2] },
    { name: 'loss', attempt: 2, steps: [2, 3], values: [2.5, 2.4] },
    { name: 'grad_norm', attempt: 2, steps: [2], values: ['Infinity'] },
  ],
};

const losses = (history: History) => history.stretches.get('loss');

describe('the history of a run', () => {
  it('is what the agent says of its past, numbers that are not finite too', () => {
    const history = new History(PAST);
    expect(losses(history)).toEqual([
      { attempt: 1, steps: [1, 2, 3, 4], values: [4, 3, Number.NaN, 2] },
      { attempt: 2, steps: [2, 3], values: [2.5, 2.4] },
    ]);
    expect(history.lastStep).toBe(3);
  });

  it('goes on with the records that come, in the newest attempt', () => {
    const history = new History(PAST);
    expect(history.take(4, { loss: 'NaN', grad_norm: 0.5, epoch: 0.1, 'rewards/margins': 1 })).toBe(true);
    expect(losses(history)?.[1]).toEqual({ attempt: 2, steps: [2, 3, 4], values: [2.5, 2.4, Number.NaN] });
    expect(history.stretches.get('grad_norm')?.[0]?.steps).toEqual([2, 4]);
    expect([...history.stretches.keys()]).toEqual(['loss', 'grad_norm']);
  });

  it('holds one value for a step: the newest', () => {
    const history = new History(PAST);
    history.take(3, { loss: 9, eval_loss: 5 });
    expect(losses(history)?.[1]).toEqual({ attempt: 2, steps: [2, 3], values: [2.5, 9] });
    expect(history.stretches.get('eval_loss')).toEqual([{ attempt: 2, steps: [3], values: [5] }]);
  });

  it('is not enough once a step falls back, or when so much was added that it wants thinning', () => {
    const history = new History(PAST);
    expect(history.take(2, { loss: 1 })).toBe(false);
    const steps = Array.from({ length: 3000 }, (_, index) => index + 4);
    const enough = steps.map((step) => history.take(step, { loss: 1 }));
    expect(enough.indexOf(false)).toBe(2000);
  });

  it('of a run that is too long to have a past keeps the newest, and knows a new attempt by its step', () => {
    const history = new History({ run: 'sft', kept: false, series: [] });
    for (let step = 1; step <= 5000; step++) expect(history.take(step, { loss: step })).toBe(true);
    expect(losses(history)?.[0]?.steps).toHaveLength(2000);
    expect(losses(history)?.[0]?.steps.at(-1)).toBe(5000);
    expect(history.take(10, { loss: 1 })).toBe(true);
    expect(losses(history)?.[1]).toEqual({ attempt: 2, steps: [10], values: [1] });
  });
});
