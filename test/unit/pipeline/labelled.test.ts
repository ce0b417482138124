import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AlertName, isAtLeast } from '../../../src/model/alert.ts';
import { type Label, logOf, readLabels, recordedLabels, stackLabels } from './labels.ts';
import { READ, readOnce } from './watch.ts';

const DAY = 86_400_000;
/** Alerts whose bad records the labels tell one by one; where a slow trouble begins is judged by the scorecard. */
const TOLD: readonly AlertName[] = ['TrainerLossNonFinite', 'TrainerGradNonFinite', 'TrainerLossZero', 'TrainerFailed'];

function describeRuns(folder: string, labels: readonly Label[]): void {
  it.each(labels.map((label) => [label.run, label] as const))('%s is judged as its label says', (run, label) => {
    const { pipeline, watched } = readOnce(readFileSync(logOf(folder, run)));
    expect(pipeline.counts).toMatchObject({ lines: label.records, bad: { 'not-json': 0, 'not-a-record': 0 } });
    expect({
      state: watched.run.state(READ),
      attempts: watched.run.attempts,
      last_step: watched.run.lastStep,
      records: watched.run.tally.records,
    }).toEqual({
      state: label.state,
      attempts: label.attempts,
      last_step: label.last_step,
      records: label.records,
    });
    expect(watched.run.state(READ + DAY)).toBe(label.state === 'running' ? 'stalled' : label.state);

    const told = watched.incidents.filter(({ alertname }) => TOLD.includes(alertname));
    const found = told.map(({ alertname, firstStep, lastStep, occurrences }) => ({
      alertname,
      first_step: firstStep,
      last_step: lastStep,
      occurrences,
    }));
    expect(found.sort(byPlace)).toEqual([...label.incidents].sort(byPlace));
    if (label.healthy) expect(watched.incidents.filter(({ severity }) => isAtLeast(severity, 'warning'))).toEqual([]);
  });
}

interface Placed {
  readonly alertname: string;
  readonly first_step: number | null;
}

function byPlace(a: Placed, b: Placed): number {
  return (a.first_step ?? -1) - (b.first_step ?? -1) || a.alertname.localeCompare(b.alertname);
}

describe.each(['runs', 'llamafactory'])('fixtures: %s', (name) => {
  const folder = resolve('test/fixtures', name);
  const labels = readLabels<Label>(folder);
  it('are there', () => expect(labels.length).toBeGreaterThan(15));
  describeRuns(folder, labels);
});

const BESIDE = [
  ['runs', recordedLabels],
  ['llamafactory', stackLabels],
] as const;

describe.each(BESIDE.filter(([name]) => existsSync(resolve('../shared', name))))(
  'all that lie beside the checkout: ../shared/%s',
  (name, labelsOf) => {
    const folder = resolve('../shared', name);
    describeRuns(folder, labelsOf(folder));
  },
);
