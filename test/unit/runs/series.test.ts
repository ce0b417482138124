import { expect, it } from 'vitest';
import { Join } from '../../../src/runs/join.ts';
import { RecordStore } from '../../../src/runs/record-store.ts';
import { type SeriesName, seriesOf } from '../../../src/runs/series.ts';
import { type Fields, recordOf } from './records.ts';

function joined(records: readonly Fields[]): Join {
  const store = new RecordStore();
  for (const [index, fields] of records.entries()) store.append(recordOf(fields), 1000 * index);
  return new Join([{ store, events: [], digits: 17, keepsSteps: true }]);
}

/** `loss 1: 1=2.5 2=NaN`. */
function series(records: readonly Fields[], names: readonly SeriesName[] = ['loss'], most = 1000): string[] {
  return seriesOf(joined(records), names, most).map(
    ({ name, attempt, points }) =>
      `${name} ${attempt}: ${points.map(({ step, value }) => `${step}=${value}`).join(' ')}`,
  );
}

const steps = (from: number, to: number, loss = 2): Fields[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ step: from + index, loss }));

it('has of each name its values by step, NaN and infinities too, and nothing of a name without any', () => {
  const records = [
    { step: 1, loss: 2, grad_norm: Number.NaN },
    { step: 2, loss: Number.POSITIVE_INFINITY },
    { step: 2, eval_loss: 3 },
  ];
  expect(series(records, ['loss', 'grad_norm', 'eval_loss', 'reward'])).toEqual([
    'loss 1: 1=2 2=Infinity',
    'grad_norm 1: 1=NaN',
    'eval_loss 1: 2=3',
  ]);
});

it('tells the attempts of a run apart from their first record on', () => {
  expect(series([...steps(1, 5, 2), ...steps(3, 6, 1)])).toEqual([
    'loss 1: 1=2 2=2 3=2 4=2 5=2',
    'loss 2: 3=1 4=1 5=1 6=1',
  ]);
});

it('puts an evaluation that was logged late at its step', () => {
  const late = [...steps(1, 3), { step: 3, eval_loss: 5 }, { step: 2, eval_loss: 6 }];
  expect(series(late, ['eval_loss'])).toEqual(['eval_loss 1: 2=6 3=5']);
});

it('leaves out what has no step', () => {
  expect(series([{ loss: 1 }, { step: 2, loss: 2 }])).toEqual(['loss 1: 2=2']);
});

it('has the time of a step as the gauge has it', () => {
  const records = [1, 2, 3].map((step) => ({ step, loss: 1, elapsed_seconds: step * 4 }));
  expect(series(records, ['seconds_per_step'])).toEqual(['seconds_per_step 1: 2=4 3=4']);
});

it('keeps a spike of a long run, within as many points as were asked for', () => {
  const records = steps(1, 5000).map((one) => (one.step === 3210 ? { ...one, loss: 99 } : one));
  const [only] = seriesOf(joined(records), ['loss'], 100);
  expect(only?.points.length).toBeLessThanOrEqual(100);
  expect(only?.points).toContainEqual({ step: 3210, attempt: 1, value: 99 });
});
