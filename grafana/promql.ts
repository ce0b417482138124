import { type MetricSpec, TRAINING } from '../src/metrics/names.ts';
import { RUN_STATES } from '../src/model/run-state.ts';

/** Range of every `increase()` and of every look back: Grafana makes it at least four scrapes wide. */
const WINDOW = '$__rate_interval';

/** Series of the chosen run. */
export function of(metric: MetricSpec, ...matchers: readonly string[]): string {
  return `${metric.name}{${['job="$job"', 'run="$run"', ...matchers].join(', ')}}`;
}

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

/**
 * Growth of a counter over the window. `increase()` does not see a series appear, and the first NaN is what makes one
 * appear; so a series younger than the window counts in full, provided that its run was already known.
 */
export function growth(counter: MetricSpec, by: readonly string[]): string {
  const series = of(counter);
  const known = `${of(TRAINING.records)} offset ${WINDOW}`;
  return [
    `sum by (${by.join(', ')}) (`,
    `  (${series} unless ${series} offset ${WINDOW} and on (job, instance, run) ${known})`,
    `  or increase(${series}[${WINDOW}])`,
    ')',
  ].join('\n');
}

/** The state as a number, 1 for the first of {@link RUN_STATES}: one row that value mappings can name and colour. */
export function stateCode(): string {
  const coded = RUN_STATES.map((state, index) => `${index + 1} * ${of(TRAINING.state, `state="${state}"`)}`);
  return `max by (run) (\n  ${coded.join('\n  or ')}\n)`;
}

/** Keeps `expression` only while the run lives: the age of a finished run's last record alarms nobody. */
export function whileAlive(expression: string): string {
  return `${expression}\nand on (run) ${latest(TRAINING.state, 'state=~"running|stalled"')} == 1`;
}
