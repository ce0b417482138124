import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TRAINING } from '../../src/metrics/names.ts';
import { SERIES_NAMES } from '../../src/runs/series.ts';
import { CHARTS, DRAWN } from '../../src/web/charts/charts.ts';
import { EN } from '../../src/web/words.ts';
import { metricsIn, withoutVariables } from '../support/promql.ts';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: { readonly defaults: { readonly noValue: string } };
}

/** Of numbers that were not finite or 0, and of skipped steps, the page marks each where it happened. */
const COUNTED_ONLY = 'Bad values';

const { panels } = JSON.parse(readFileSync('grafana/dashboards/run.json', 'utf8')) as { readonly panels: Panel[] };
const drawn = panels.filter(({ type, title }) => type === 'timeseries' && title !== COUNTED_ONLY);

it('the page draws what the panels of the dashboard Run draw, in their order, under their names', () => {
  const ofPanels = drawn.map(({ title, targets, fieldConfig }) => ({
    title,
    empty: fieldConfig.defaults.noValue,
    // the page draws these as marks
    lines: targets
      .map(({ expr, legendFormat }) => [legendFormat, ...metricsIn(withoutVariables(expr))])
      .filter(([, metric]) => metric !== TRAINING.finite.name),
  }));
  const ofPage = CHARTS.map(({ name, lines }) => ({
    title: EN.charts[name],
    empty: EN.noValues[name],
    lines: lines.map((line) => [EN.lines[line.name], `trainer_${line.name}`]),
  }));
  expect(ofPage).toEqual(ofPanels);
});

it('the API has every series that the page draws', () => {
  expect(SERIES_NAMES).toEqual(expect.arrayContaining([...DRAWN]));
});
