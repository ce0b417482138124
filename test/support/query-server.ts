import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { cleanEnvironment } from './agent.ts';
import { Child } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A server that answers PromQL under the HTTP API of Prometheus. */
export class QueryServer extends Child {
  url = '';

  protected async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(15_000) });
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(error);
    return data;
  }

  /** What an instant query finds. */
  async series(query: string): Promise<Series[]> {
    return (await this.get<{ result: Series[] }>(`query?query=${encodeURIComponent(query)}`)).result;
  }

  /** Values of an instant query, as Prometheus writes them. */
  async query(query: string): Promise<string[]> {
    return (await this.series(query)).map(({ value: [, value] }) => value);
  }

  /** Values of a label in the series of `match`, as Grafana lists them for a variable. */
  labelValues(label: string, match: string): Promise<string[]> {
    return this.get(`label/${label}/values?match[]=${encodeURIComponent(match)}`);
  }

  /** How many series a range query over the last minutes finds. */
  async seriesInRange(query: string, minutes = 5): Promise<number> {
    const end = Date.now() / 1000;
    const range = `query=${encodeURIComponent(query)}&start=${end - minutes * 60}&end=${end}&step=1`;
    return (await this.get<{ result: unknown[] }>(`query_range?${range}`)).result.length;
  }
}

/** Starts VictoriaMetrics, which scrapes the agent every second, and vmalert, which evaluates the rules in it. */
export async function startVictoriaMetrics(
  victoriaMetrics: string,
  vmalert: string,
  agent: string,
  rules: string,
): Promise<QueryServer> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'nanwatch', static_configs: [{ targets: [agent] }] }],
  };
  writeFileSync(join(folder, 'scrape.yml'), stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const server = new QueryServer(
    victoriaMetrics,
    [
      `-promscrape.config=${join(folder, 'scrape.yml')}`,
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=${address}`,
      // it withholds what is younger than half a minute, and answers from a cache
      '-search.latencyOffset=0s',
      '-search.disableCache',
      '-memory.allowedBytes=256MB',
    ],
    { env: cleanEnvironment() },
  );
  server.url = `http://${address}`;
  await server.until('VictoriaMetrics is ready', async () => (await fetch(`${server.url}/health`)).ok, 20_000);
  const alertsAddress = `127.0.0.1:${await freePort()}`;
  const alerts = new Child(
    vmalert,
    [
      `-rule=${rules}`,
      `-datasource.url=${server.url}`,
      `-remoteWrite.url=${server.url}`,
      '-remoteWrite.flushInterval=200ms',
      '-notifier.blackhole',
      '-evaluationInterval=1s',
      '-rule.evalDelay=0s',
      `-httpListenAddr=${alertsAddress}`,
    ],
    { env: cleanEnvironment() },
  );
  await alerts.until('vmalert is ready', async () => (await fetch(`http://${alertsAddress}/health`)).ok, 20_000);
  return server;
}
