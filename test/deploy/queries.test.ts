import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { AGENT } from '../../src/metrics/names.ts';
import { type Agent, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { describeWith, newerProgram, program } from '../support/programs.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { withoutVariables } from '../support/promql.ts';
import { type QueryServer, startVictoriaMetrics } from '../support/query-server.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const RECORDED = ['test/fixtures/runs', 'test/fixtures/llamafactory'];
const LOG = 'trainer_log.jsonl';
const CONSOLE = 'test/fixtures/consoles/v1_nan.log';
/** Every awkward character that a folder may have, and as long as may be. */
const AWKWARD = `console/医疗 "问答" 'x' {a="b"} \\d ${'long '.repeat(34)}`.trimEnd();
const RULES = 'deploy/prometheus/rules/nanwatch.rules.yaml';
const DASHBOARDS = 'grafana/dashboards';

interface Query {
  readonly place: string;
  readonly expr: string;
  readonly instant: boolean;
}

/** Every query of every dashboard: of panels and of annotations. */
function queries(): Query[] {
  return readdirSync(DASHBOARDS).flatMap((file) => {
    const { panels, annotations } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'));
    const asked = [
      ...panels,
      ...annotations.list.map(({ target }: { target: object }) => ({ title: 'alerts', targets: [target] })),
    ];
    return asked.flatMap(({ title, targets }) =>
      targets.map(({ refId, expr, instant = false }: Query & { refId: string }) => ({
        place: `${file} / ${title} / ${refId}`,
        expr,
        instant,
      })),
    );
  });
}

/** Lines of the recorded logs, by the path that they get. */
function recordedLogs(): Map<string, string[]> {
  const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
  const logs = RECORDED.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(basename(folder), name, LOG))
      .map((path): [string, string[]] => [path, lines(join(dirname(folder), path))]),
  );
  return new Map([...logs, [`${AWKWARD}/train.log`, lines(CONSOLE)]]);
}

/** Writes all recorded runs at once, a part of each at a time, and waits for the server to see every part. */
async function replay(into: string, server: QueryServer): Promise<void> {
  const logs = recordedLogs();
  let written = 0;
  const parts = [0, 0.05, 0.3, 0.6, 0.9, 1];
  for (const [index, to] of parts.slice(1).entries()) {
    for (const [path, lines] of logs) {
      mkdirSync(join(into, dirname(path)), { recursive: true });
      const part = lines.slice(Math.ceil((parts[index] ?? 0) * lines.length), Math.ceil(to * lines.length));
      if (part.length > 0) appendFileSync(join(into, path), `${part.join('\n')}\n`);
      written += part.length;
    }
    await server.until(
      `${written} lines are read and scraped`,
      async () => Number((await server.query(AGENT.lines.name))[0]) >= written,
      20_000,
    );
    if (index === 1) badDays(into);
  }
}

/** What keeps the agent busy beside the runs: a line that is none, a log that is replaced, one that is cut. */
function badDays(into: string): void {
  appendFileSync(join(into, 'runs/r001', LOG), '{"current_steps": oops\n');
  renameSync(join(into, 'runs/r014', LOG), join(into, 'runs/r014/old.jsonl'));
  truncateSync(join(into, 'runs/r019', LOG));
}

async function agentWithReceivers(runs: string): Promise<Agent> {
  const [good, refusing] = [await startReceiver(), await startReceiver()];
  refusing.manner = 404;
  const config = join(temporaryFolder(), 'nanwatch.yaml');
  const receivers = [
    { type: 'webhook', name: 'good', url: good.url },
    { type: 'webhook', name: 'refusing', url: refusing.url },
    { type: 'webhook', name: 'away', url: `http://127.0.0.1:${await freePort()}/` },
  ];
  writeFileSync(config, stringify({ receivers }));
  return startAgent([runs, '--config', config]);
}

function hostOf({ url }: Agent): string {
  return new URL(url).host;
}

/** Queries that found nothing for any of the runs, each as a line that says so. */
async function withoutData(server: QueryServer, runs: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const { place, expr, instant } of queries()) {
    let found = false;
    for (const run of expr.includes('run=`') ? runs : ['.*']) {
      const query = withoutVariables(expr, { run, window: '10s' });
      found = instant ? (await server.series(query)).length > 0 : (await server.seriesInRange(query)) > 0;
      if (found) break;
    }
    if (!found) missing.push(place);
  }
  return missing;
}

/** `alertname run`, for every alert that the agent knows of. */
async function known(agent: Agent): Promise<Set<string>> {
  const alerts = await agent.alerts();
  // whoever was resumed before the next scrape has not failed; TrainerRestarted says it
  const lasting = alerts.filter(({ alertname, status }) => alertname !== 'TrainerFailed' || status === 'firing');
  return new Set(lasting.map(({ alertname, run }) => `${alertname} ${run}`));
}

/** `alertname run`, for every alert on a run that the rules let fire. */
async function fired(server: QueryServer): Promise<Set<string>> {
  const series = await server.series('ALERTS{alertname=~"Trainer.+", alertstate="firing"}');
  return new Set(series.map(({ metric }) => `${metric.alertname} ${metric.run}`));
}

const RECORDING_RULES = parse(readFileSync(RULES, 'utf8')).groups.flatMap(
  ({ rules }: { rules: readonly { record?: string }[] }) => rules.flatMap(({ record }) => record ?? []),
) as string[];

/** The whole check, whichever server it is. */
function answersEverything(start: (agent: string) => Promise<QueryServer>): void {
  it('every panel finds data, every rule too, and its alerts are those of the agent', { timeout: 90_000 }, async () => {
    const runs = temporaryFolder();
    // an old piece of a log that is compressed is an error to count
    mkdirSync(join(runs, AWKWARD), { recursive: true });
    writeFileSync(join(runs, AWKWARD, 'train.log.1.gz'), '');
    const agent = await agentWithReceivers(runs);
    const server = await start(hostOf(agent));
    await replay(runs, server);

    await until(
      'the rules fire as the agent does',
      async () => {
        const [expected, names] = [await known(agent), await fired(server)];
        const differing = [...expected, ...names].filter((alert) => !expected.has(alert) || !names.has(alert));
        if (differing.length > 0 || expected.size < 10) throw new Error(`different: ${differing.join(', ')}`);
        return true;
      },
      { withinMs: 20_000, everyMs: 250 },
    );

    const names = (await agent.runs()).map(({ run }) => run);
    expect(await withoutData(server, names)).toEqual([]);
    const ofRun = queries().filter(({ place }) => /^run.json \/ (State|Progress|Gradient norm) /.test(place));
    for (const { expr } of ofRun) {
      const query = withoutVariables(expr, { run: AWKWARD });
      expect(await server.seriesInRange(query), query).toBeGreaterThan(0);
    }
    const empty: string[] = [];
    for (const record of RECORDING_RULES) if ((await server.seriesInRange(record)) === 0) empty.push(record);
    expect(empty).toEqual([]);
  });
}

describeWith([program('prometheus', 'prometheus')], 'the Prometheus of this machine', (prometheus = '') => {
  answersEverything((agent) => startPrometheus(prometheus, agent));
});

describeWith([newerProgram('prometheus-3')], 'Prometheus 3', (prometheus = '') => {
  answersEverything((agent) => startPrometheus(prometheus, agent));
});

describeWith(
  [newerProgram('victoria-metrics'), newerProgram('vmalert')],
  'VictoriaMetrics, which drops NaN',
  (victoriaMetrics = '', vmalert = '') => {
    answersEverything((agent) => startVictoriaMetrics(victoriaMetrics, vmalert, agent, resolve(RULES)));
  },
);
