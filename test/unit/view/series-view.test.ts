import { expect, it } from 'vitest';
import { hfConsole } from '../../../src/formats/hf-console.ts';
import { MAX_STORED } from '../../../src/runs/record-store.ts';
import { seriesView } from '../../../src/view/series-view.ts';
import { READ, Reading, readOnce } from '../pipeline/watch.ts';

const line = (step: number, loss: number | string) =>
  `{"current_steps": ${step}, "total_steps": 100000, "loss": ${loss}, "lr": 0.1}\n`;

it('is the run as the wire carries it', () => {
  const { watched } = readOnce(line(1, 2) + line(2, 'NaN'));
  expect(seriesView(watched, ['loss', 'reward'], 1000)).toEqual({
    run: 'run',
    kept: true,
    series: [{ name: 'loss', attempt: 1, steps: [1, 2], values: [2, 'NaN'] }],
  });
});

it('has what another source says of a step', () => {
  const reading = new Reading().push([line(1, 2) + line(2, 1.5)]);
  const console = reading.watched.addSource('/runs/run/train.log', hfConsole);
  console.push(Buffer.from("{'loss': 2.0, 'grad_norm': 0.5, 'learning_rate': 0.1, 'step': 1}\n"), READ);
  reading.watched.goLive(READ);
  expect(seriesView(reading.watched, ['grad_norm'], 1000).series).toEqual([
    { name: 'grad_norm', attempt: 1, steps: [1], values: [0.5] },
  ]);
});

it('of a run that has said nothing yet is empty, of one that is too long it says that nothing is kept', () => {
  expect(seriesView(readOnce('').watched, ['loss'], 1000)).toEqual({ run: 'run', kept: true, series: [] });
  const long = Array.from({ length: MAX_STORED + 1 }, (_, index) => line(index + 1, 2)).join('');
  expect(seriesView(readOnce(long).watched, ['loss'], 1000)).toEqual({ run: 'run', kept: false, series: [] });
});
