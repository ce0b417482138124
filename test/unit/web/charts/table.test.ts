import { describe, expect, it } from 'vitest';
import type { SeriesView } from '../../../../src/view/wire.ts';
import { CHARTS, type Chart } from '../../../../src/web/charts/charts.ts';
import { History } from '../../../../src/web/charts/history.ts';
import { extentOf, startsOf, tableOf, valueAt } from '../../../../src/web/charts/table.ts';

function historyOf(...series: readonly Omit<SeriesView, 'attempt'>[] | readonly SeriesView[]): History {
  return new History({ run: 'sft', kept: true, series: series.map((one) => ({ attempt: 1, ...one })) });
}

function table(name: Chart['name'], history: History) {
  const chart = CHARTS.find((one) => one.name === name) as Chart;
  return tableOf(chart, history, startsOf(history));
}

describe('a chart as numbers', () => {
  it('has every step of its curves once; a curve without a value there goes on', () => {
    const { steps, columns } = table(
      'loss',
      historyOf(
        { name: 'loss', steps: [1, 2, 4], values: [3, 2, 1] },
        { name: 'eval_loss', steps: [2, 3], values: [5, 4] },
      ),
    );
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(columns.map(({ now }) => now)).toEqual([
      [3, 2, undefined, 1],
      [undefined, 5, 4, undefined],
    ]);
  });

  it('marks NaN and infinities, breaks the curve there, and still knows the value', () => {
    const { columns, marks } = table(
      'loss',
      historyOf({ name: 'loss', steps: [1, 2, 3], values: [1, 'NaN', '-Infinity'] }),
    );
    expect(columns[0]?.now).toEqual([1, null, null]);
    expect(marks).toEqual([
      { step: 2, kind: 'not-finite' },
      { step: 3, kind: 'not-finite' },
    ]);
    expect(columns[0]?.values).toEqual([1, Number.NaN, Number.NEGATIVE_INFINITY]);
  });

  it('marks 0 on a logarithmic axis, and draws it on any other', () => {
    const gradNorm = table('grad_norm', historyOf({ name: 'grad_norm', steps: [1, 2], values: [1, 0] }));
    expect(gradNorm).toMatchObject({ columns: [{ now: [1, null] }], marks: [{ step: 2, kind: 'zero' }] });
    expect(table('loss', historyOf({ name: 'loss', steps: [1], values: [0] }))).toMatchObject({ marks: [] });
  });

  it('writes bytes as GiB', () => {
    const { columns } = table('vram', historyOf({ name: 'vram_allocated_bytes', steps: [1], values: [3 * 2 ** 30] }));
    expect(columns[0]?.now).toEqual([3]);
  });

  it('has from where a later attempt began what that one says, and what was given up behind it', () => {
    const history = historyOf(
      { name: 'loss', attempt: 1, steps: [1, 2, 3, 4, 5], values: [10, 11, 12, 13, 14] },
      { name: 'loss', attempt: 2, steps: [3, 4], values: [22, 23] },
      { name: 'loss', attempt: 3, steps: [3], values: [32] },
    );
    const { steps, columns } = table('loss', history);
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    expect(columns[0]?.now).toEqual([10, 11, 32, undefined, undefined]);
    expect(columns[0]?.before).toEqual([undefined, undefined, 22, 23, 14]);
    expect([...startsOf(history)]).toEqual([
      [1, 1],
      [2, 3],
      [3, 3],
    ]);
  });

  it('is empty of a run that lacks its values, and so is the extent of one that has none', () => {
    expect(table('reward', historyOf({ name: 'loss', steps: [1], values: [1] })).steps).toEqual([]);
    expect(extentOf(historyOf())).toBeNull();
    expect(extentOf(historyOf({ name: 'loss', steps: [3, 9], values: [1, 1] }))).toEqual([3, 9]);
  });

  it('says the newest value at or before a step', () => {
    const { columns } = table(
      'loss',
      historyOf(
        { name: 'loss', steps: [1, 2, 3], values: [3, 2, 'NaN'] },
        { name: 'eval_loss', steps: [2], values: [5] },
      ),
    );
    const [loss, evaluation] = columns;
    expect([0, 1, 2, 9].map((place) => loss && valueAt(loss, place))).toEqual([3, 2, Number.NaN, Number.NaN]);
    expect([0, 1, 2].map((place) => evaluation && valueAt(evaluation, place))).toEqual([undefined, 5, 5]);
  });
});
