import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ALERTS, type AlertName } from '../../src/model/alert.ts';
import { RUN_STATES } from '../../src/model/run-state.ts';
import type { IncidentView, RunView } from '../../src/view/wire.ts';
import { type Agent, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, newerProgram, program } from '../support/programs.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { withoutVariables } from '../support/promql.ts';
import { Trainer } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const RUNS = 500;
const HOUR_MS = 3_600_000;
/** The dashboard asks again after as long. What takes milliseconds may take seconds where others are at work too. */
const LONGEST_MS = 10_000;
const DASHBOARD = JSON.parse(readFileSync('grafana/dashboards/fleet.json', 'utf8'));

/** What a run's name ends with: every awkward character, and as long as may be. */
const ENDINGS = [
  '',
  '/sft',
  ' "a"',
  " 'b'",
  ' {c="d"}',
  ' \\d\\',
  ' 医疗问答',
  ' $e .*',
  ` ${'long '.repeat(39)}`.trimEnd(),
];

/** How a run does. */
interface Fate {
  /** Of all runs. */
  readonly part: number;
  /** Writes what is there when the agent starts. */
  readonly before: (trainer: Trainer) => void;
  /** Writes what comes once it was scraped. */
  readonly after?: (trainer: Trainer) => void;
  /** What fires in the end. */
  readonly alertname?: AlertName;
}

const early = (trainer: Trainer) => trainer.train(20);
const bad = (trainer: Trainer) => trainer.train(3, { loss: Number.NaN });

const FATES: readonly Fate[] = [
  { part: 0.4, before: early, after: (trainer) => trainer.train(2) },
  { part: 0.1, before: early, after: bad, alertname: 'TrainerLossNonFinite' },
  { part: 0.1, before: early, after: (trainer) => trainer.train(1, { loss: 0 }), alertname: 'TrainerLossZero' },
  {
    part: 0.1,
    before: (trainer) => {
      early(trainer);
      bad(trainer);
    },
    alertname: 'TrainerLossNonFinite',
  },
  {
    part: 0.1,
    before: (trainer) => {
      early(trainer);
      trainer.age(HOUR_MS);
    },
  },
  { part: 0.1, before: (trainer) => trainer.finish() },
  { part: 0.1, before: early, after: (trainer) => trainer.endEarly(), alertname: 'TrainerFailed' },
];

const TABLE = 'Runs, worst first';

interface Query {
  readonly place: string;
  readonly expr: string;
  readonly instant: boolean;
}

/** Every query of the dashboard, that of its marks too. */
const QUERIES: readonly Query[] = [
  ...DASHBOARD.panels,
  ...DASHBOARD.annotations.list.map(({ target }: { target: object }) => ({ title: 'marks', targets: [target] })),
].flatMap(({ title, targets }) =>
  targets.map(({ refId, expr, instant = false }: Query & { refId: string }) => ({
    place: `${title} / ${refId}`,
    expr,
    instant,
  })),
);

/** How many lines a panel may draw, where it may draw more than one: 20 marks that stand alone, else one a name. */
const MOST_LINES: Readonly<Record<string, number>> = {
  'marks / Alerts': 20 + ALERTS.length,
  'Incidents opened / A': ALERTS.length,
};

function expressionOf(place: string): string {
  return QUERIES.find((query) => query.place === place)?.expr ?? '';
}

interface Member {
  readonly name: string;
  readonly trainer: Trainer;
  readonly fate: Fate;
}

/** As many runs of each fate as its part says, with all endings among them. */
function fleet(folder: string): Member[] {
  const fates = FATES.flatMap((fate) => Array.from({ length: RUNS * fate.part }, () => fate));
  return fates.map((fate, index) => {
    const name = `team-${index % 7}/qwen-${index}${ENDINGS[index % ENDINGS.length]}`;
    return { name, fate, trainer: new Trainer(join(folder, name), { totalSteps: 40, seed: index }) };
  });
}

/** Waits until all alerts that are to come have come to the server too, and returns those that fire. */
async function settled(members: readonly Member[], agent: Agent, server: Prometheus): Promise<readonly IncidentView[]> {
  return until(
    'the server knows what the agent knows',
    async () => {
      const firing = await agent.alerts('firing');
      const known = await server.series('trainer_alert_firing == 1');
      const told = new Set(known.map(({ metric }) => `${metric.alertname} ${metric.severity} ${metric.run}`));
      const named = new Set(firing.map(({ alertname, run }) => `${alertname} ${run}`));
      return (
        members.every(
          ({ name, fate: { alertname } }) => alertname === undefined || named.has(`${alertname} ${name}`),
        ) &&
        firing.length === told.size &&
        firing.every(({ alertname, severity, run }) => told.has(`${alertname} ${severity} ${run}`)) &&
        firing
      );
    },
    { withinMs: 40_000, everyMs: 500 },
  );
}

/** What an instant query has found: the value of each run; that of no run is under ''. */
type Rows = ReadonlyMap<string, number>;

describeWith([program('prometheus', 'prometheus'), newerProgram('prometheus-3')], 'Fleet', (two = '', three = '') => {
  it.each([
    ['the Prometheus of this machine', two],
    ['Prometheus 3', three],
  ])(`shows ${RUNS} runs with %s`, { timeout: 90_000 }, async (_, path) => {
    const folder = temporaryFolder();
    const members = fleet(folder);
    for (const { trainer, fate } of members) fate.before(trainer);
    const agent = await startAgent([folder]);
    const server = await startPrometheus(path, new URL(agent.url).host, undefined, '5s');
    const scraped = async () => (await server.query('count(trainer_step)'))[0] === String(RUNS);
    await server.until('all runs are scraped', scraped, 30_000);
    for (const { trainer, fate } of members) fate.after?.(trainer);
    const alerts = await settled(members, agent, server);
    const views = await agent.runs();
    /** Names of the runs for which this holds. */
    const runs = (holds: (view: RunView) => boolean) => views.filter(holds).map(({ run }) => run);
    const troubled = (severity: string) =>
      new Set(alerts.filter((alert) => alert.severity === severity).map(({ run }) => run));

    expect(await server.labelValues('job', 'trainer_step')).toEqual(['nanwatch']);

    const rows = new Map<string, Rows>();
    const lines = new Map<string, number>();
    const durations: [place: string, ms: number][] = [];
    for (const { place, expr, instant } of QUERIES) {
      const query = withoutVariables(expr, { run: '.*', job: '.+', window: '20s' });
      const beganMs = performance.now();
      if (instant) {
        const found = await server.series(query);
        rows.set(place, new Map(found.map(({ metric, value }) => [metric.run ?? '', Number(value[1])])));
        expect(rows.get(place)?.size, place).toBe(found.length);
      } else lines.set(place, await server.seriesInRange(query));
      durations.push([place, performance.now() - beganMs]);
    }

    const numbers = { 'In critical trouble': troubled('critical').size, 'Warned of': troubled('warning').size };
    for (const state of RUN_STATES) {
      const title = state.slice(0, 1).toUpperCase() + state.slice(1);
      Object.assign(numbers, { [title]: runs((view) => view.state === state).length });
    }
    for (const [title, number] of Object.entries(numbers)) {
      expect(number, title).toBeGreaterThanOrEqual(RUNS * 0.1);
      expect(rows.get(`${title} / A`), title).toEqual(new Map([['', number]]));
    }

    // a row for each run in every column, but for what a run has not: time left, a loss that is finite
    const columns = [...rows].filter(([place]) => place.startsWith(TABLE));
    expect(columns).toHaveLength(8);
    const all = members.map(({ name }) => name);
    const has: Readonly<Record<string, readonly string[]>> = {
      [`${TABLE} / E`]: runs(({ remaining_seconds }) => remaining_seconds !== null),
      [`${TABLE} / G`]: runs(({ values }) => typeof values.loss === 'number'),
    };
    for (const [place, found] of columns)
      expect([...found.keys()].sort(), place).toEqual([...(has[place] ?? all)].sort());

    // as the panel sorts them, those in critical trouble come first
    const { options } = DASHBOARD.panels.find(({ title }: { title: string }) => title === TABLE);
    expect(options.sortBy[0]).toEqual({ displayName: 'Worst alert', desc: true });
    const critical = troubled('critical');
    const sorted = [...(rows.get(`${TABLE} / A`) ?? [])].sort(([, one], [, other]) => other - one);
    expect(new Set(sorted.slice(0, critical.size).map(([run]) => run))).toEqual(critical);

    for (const [place, count] of lines) {
      const most = MOST_LINES[place] ?? 1;
      // nothing here is merely to be known
      expect(count, place).toBeGreaterThanOrEqual(place === 'Alerts firing / A' ? 0 : 1);
      expect(count, place).toBeLessThanOrEqual(most);
    }

    // what is typed narrows them: here to one whose name is a regular expression of its own
    for (const index of ENDINGS.keys()) {
      const { name } = members[index] as Member;
      const run = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      const found = await server.series(withoutVariables(expressionOf(`${TABLE} / C`), { run, job: '.+' }));
      expect(found.map(({ metric }) => metric.run)).toEqual([name]);
    }

    const [slowest] = durations.sort(([, one], [, other]) => other - one) as [[string, number]];
    const rulesMs = Math.max(...(await server.secondsOfRules())) * 1000;
    console.log(`slowest of ${durations.length} queries: ${slowest[0]}, ${slowest[1].toFixed()} ms`);
    console.log(`slowest group of rules: ${rulesMs.toFixed()} ms`);
    expect(slowest[1]).toBeLessThan(LONGEST_MS);
    expect(rulesMs).toBeLessThan(LONGEST_MS);
  });
});
