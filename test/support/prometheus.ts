import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { cleanEnvironment } from './agent.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import { QueryServer } from './query-server.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

interface Config {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing' | 'inactive';
}

/** A real Prometheus on the loopback. */
export class Prometheus extends QueryServer {
  async alerts(): Promise<PrometheusAlert[]> {
    return (await this.get<{ alerts: PrometheusAlert[] }>('alerts')).alerts;
  }

  /** How long the rules took when they were last evaluated, in seconds. */
  async secondsOfRules(): Promise<number[]> {
    const { groups } = await this.get<{ groups: { evaluationTime: number }[] }>('rules');
    return groups.map(({ evaluationTime }) => evaluationTime);
  }

  /** Waits until the agent has been scraped. */
  async scraped(): Promise<void> {
    await this.until('the agent is up', async () => (await this.query('up{job="nanwatch"}'))[0] === '1', 20_000);
  }
}

/**
 * Starts Prometheus with the configuration that is deployed: its own rules and job names, every second, with the agent
 * and the Alertmanager of the test.
 *
 * @param agent HOST:PORT
 * @param alertmanager HOST:PORT; none without it
 */
export async function startPrometheus(
  path: string,
  agent: string,
  alertmanager?: string,
  scrapeInterval = '1s',
): Promise<Prometheus> {
  const folder = temporaryFolder();
  const deployed = parse(readFileSync(join(DEPLOY, 'prometheus.yml'), 'utf8')) as Config;
  const config = {
    ...deployed,
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: '1s' },
    rule_files: deployed.rule_files.map((glob) => join(DEPLOY, glob)),
    alerting: { alertmanagers: alertmanager === undefined ? [] : [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: deployed.scrape_configs
      .filter(({ job_name }) => job_name === 'nanwatch')
      .map((job) => ({ ...job, static_configs: [{ targets: [agent] }] })),
  };
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
  ];
  const prometheus = new Prometheus(path, args, { env: cleanEnvironment() });
  prometheus.url = `http://${address}`;
  await prometheus.until('Prometheus is ready', async () => (await fetch(`${prometheus.url}/-/ready`)).ok, 20_000);
  return prometheus;
}

/** What `promtool check metrics` says of an exposition, and its exit code. */
export function checkMetrics(promtool: string, text: string): { readonly says: string; readonly code: number | null } {
  const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  return { says: stdout + stderr, code: status };
}
