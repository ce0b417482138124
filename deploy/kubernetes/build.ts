/**
 * Writes what the cluster gets of files that are elsewhere: the rules as a PrometheusRule, the dashboards as ConfigMaps.
 * `--check` writes nothing and fails, naming the file, when what is committed differs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse, stringify } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const RULES = 'deploy/prometheus/rules/nanwatch.rules.yaml';
const DASHBOARDS = 'grafana/dashboards/';
const HEADER = '# Written by node deploy/kubernetes/build.ts: change the source, not this file.\n';

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function rule(): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'nanwatch' },
    spec: parse(read(RULES)),
  };
}

/** As the sidecar of Grafana's Helm chart looks for them. */
function dashboard(file: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `nanwatch-dashboard-${basename(file, '.json')}`,
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'nanwatch' },
    },
    data: { [`nanwatch-${file}`]: JSON.stringify(JSON.parse(read(DASHBOARDS + file))) },
  };
}

const PAGES: Readonly<Record<string, readonly object[]>> = {
  'prometheus-rule.yaml': [rule()],
  'dashboards.yaml': readdirSync(new URL(DASHBOARDS, ROOT)).sort().map(dashboard),
};

const isCheck = process.argv.includes('--check');
for (const [file, objects] of Object.entries(PAGES)) {
  const path = new URL(`monitoring/${file}`, import.meta.url);
  const text = HEADER + objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(
      `deploy/kubernetes/monitoring/${file} is not what the source says; write it with: node deploy/kubernetes/build.ts\n`,
    );
    process.exitCode = 1;
  }
}
