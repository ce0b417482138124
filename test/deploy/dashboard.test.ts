import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXPORTED, MADE_BY_PROMETHEUS, metricsIn, withoutVariables } from '../support/promql.ts';

interface Target {
  readonly expr: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly Target[];
  readonly fieldConfig: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string; readonly thresholds?: object };
  };
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly target: Target }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { query: string } }[];
  };
}

const FOLDER = 'grafana/dashboards';
const FILES = readdirSync(FOLDER);

function read(file: string): Dashboard {
  return JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Dashboard;
}

it('what is committed is what grafana/build.ts builds', () => {
  const { status, stderr } = spawnSync(process.execPath, ['grafana/build.ts', '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

describe.each(FILES)('dashboard %s', (file) => {
  const { panels, annotations, templating } = read(file);
  const queries = [
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
    ...annotations.list.map(({ target }) => ['annotation', target.expr] as const),
  ];

  it.each(queries)('%s asks for metrics that the agent has: %s', (_, expr) => {
    const query = withoutVariables(expr);
    expect(query).not.toContain('$');
    const metrics = metricsIn(query);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) expect([...EXPORTED, ...MADE_BY_PROMETHEUS]).toContain(metric);
  });

  it('variables list what the agent exports', () => {
    const lists = templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
    for (const list of lists) {
      const series = /^label_values\((.+), \w+\)$/.exec(list)?.[1];
      for (const metric of metricsIn(withoutVariables(series ?? list))) expect(EXPORTED).toContain(metric);
    }
    expect(templating.list.map(({ name }) => name)).toEqual([
      'datasource',
      'job',
      file === 'agent.json' ? 'instance' : 'run',
    ]);
  });

  it.each(panels)(
    'panel $title explains itself and is good without data',
    ({ description, datasource, fieldConfig }) => {
      expect(description).toMatch(/\.$/);
      expect(datasource?.uid).toContain('datasource');
      const { unit, noValue, thresholds } = fieldConfig.defaults;
      expect({ unit, noValue }).toEqual({ unit: expect.stringMatching(/./), noValue: expect.stringMatching(/./) });
      expect(thresholds).toBeDefined();
    },
  );

  it('panels have ids of their own and fill their lines', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const widths = Map.groupBy(panels, ({ gridPos }) => gridPos.y);
    for (const line of widths.values()) expect(line.reduce((sum, { gridPos }) => sum + gridPos.w, 0)).toBe(24);
  });
});

it('provisioning offers the data source and the folder that compose mounts', () => {
  const sources = parse(readFileSync('grafana/provisioning/datasources/prometheus.yaml', 'utf8'));
  expect(sources.datasources).toMatchObject([{ type: 'prometheus', isDefault: true }]);
  const scrape = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')).global.scrape_interval;
  expect(sources.datasources[0].jsonData.timeInterval).toBe(scrape);
  const dashboards = parse(readFileSync('grafana/provisioning/dashboards/nanwatch.yaml', 'utf8'));
  const compose = parse(readFileSync('deploy/compose/compose.yaml', 'utf8'));
  expect(compose.services.grafana.volumes).toContain(
    `../../grafana/dashboards:${dashboards.providers[0].options.path}:ro`,
  );
});
