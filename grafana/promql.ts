import { type MetricSpec, TRAINING } from '../src/metrics/names.ts';
import { SEVERITIES } from '../src/model/alert.ts';
import { RUN_STATES } from '../src/model/run-state.ts';

/** Range of every `increase()` and of every look back: Grafana makes it at least four scrapes wide. */
const WINDOW = '$__rate_interval';

/** Writes the selector of a metric's series, narrowed by what the dashboard's variables have chosen. */
export type Select = (metric: MetricSpec, ...matchers: readonly string[]) => string;

function selecting(...chosen: readonly string[]): Select {
  return (metric, ...matchers) => `${metric.name}{${[...chosen, ...matchers].join(', ')}}`;
}

/**
 * Series of the chosen run. Between backticks nothing is escaped, and `raw` keeps Grafana from escaping: a run may have
 * quotes and backslashes in its name.
 */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours
export const of = selecting('job="$job"', 'run=`${run:raw}`');

/** Series of all runs whose name matches what was typed. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours
export const ofAll = selecting('job=~"$job"', 'run=~`${run:raw}`');

/** Series of the chosen agents. */
export const ofAgents = selecting('job=~"$job"', 'instance=~"$instance"');

/** One number for the chosen run, however many agents watch it. */
export function latest(metric: MetricSpec, ...matchers: readonly string[]): string {
  return `max by (run) (${of(metric, ...matchers)})`;
}

/** {@link latest} without NaN and infinities: an infinite value would stretch the axis until no line is left. */
export function latestFinite(metric: MetricSpec): string {
  return `${latest(metric)} < +Inf > -Inf`;
}

/** 1 while the last value of the field is NaN or infinite, else 0: a line of NaN alone would only be a gap. */
export function notFinite(field: string): string {
  return `1 - min by (run) (${of(TRAINING.finite, `field="${field}"`)})`;
}

/** Growth of counters that are there from 0 on, series by series. */
export function increase(counter: MetricSpec, select: Select): string {
  return `increase(${select(counter)}[${WINDOW}])`;
}

/**
 * Growth of a counter over the window. `increase()` does not see a series appear, and the first NaN is what makes one
 * appear; so a series younger than the window counts in full, provided that its run was already known: that another series of it was there, `known`.
 * It asks ten times as much as {@link increase}: not for the thousands of series that a fleet has.
 */
export function growth(
  counter: MetricSpec,
  by: readonly string[],
  select: Select = of,
  known: MetricSpec = TRAINING.records,
): string {
  const series = select(counter);
  const whose = ['job', 'instance', ...known.labels].join(', ');
  return [
    `sum by (${by.join(', ')}) (`,
    `  (${series} unless ${series} offset ${WINDOW} and on (${whose}) ${select(known)} offset ${WINDOW})`,
    `  or ${increase(counter, select)}`,
    ')',
  ].join('\n');
}

/** The state as a number, 1 for the first of {@link RUN_STATES}: one row that value mappings can name and colour. */
export function stateCode(by: readonly string[] = ['run'], select: Select = of): string {
  const coded = RUN_STATES.map((state, index) => `${index + 1} * ${select(TRAINING.state, `state="${state}"`)}`);
  return `max by (${by.join(', ')}) (\n  ${coded.join('\n  or ')}\n)`;
}

/** The worst alert that fires for each run as a number, 1 for the least of {@link SEVERITIES}; 0 where none does. */
export function troubleCode(by: readonly string[]): string {
  const coded = SEVERITIES.map(
    (severity, index) => `${index + 1} * ${ofAll(TRAINING.firing, `severity="${severity}"`)}`,
  );
  return `max by (${by.join(', ')}) (\n  ${[...coded, `0 * ${ofAll(TRAINING.state)}`].join('\n  or ')}\n)`;
}

/** Rate of a counter, each second. */
export function rate(
  counter: MetricSpec,
  by: readonly string[],
  select: Select,
  ...matchers: readonly string[]
): string {
  return `sum by (${by.join(', ')}) (rate(${select(counter, ...matchers)}[${WINDOW}]))`;
}

/** Time within which a share of what a histogram holds was done. */
export function quantile(share: number, histogram: MetricSpec, by: readonly string[], select: Select): string {
  const buckets = { ...histogram, name: `${histogram.name}_bucket` };
  return `histogram_quantile(${share}, ${rate(buckets, [...by, 'le'], select)}) >= 0`;
}

/** Keeps `expression` only while the run lives: the age of a finished run's last record alarms nobody. */
export function whileAlive(expression: string): string {
  return `${expression}\nand on (run) ${latest(TRAINING.state, 'state=~"running|stalled"')} == 1`;
}
