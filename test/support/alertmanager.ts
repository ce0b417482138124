import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { cleanEnvironment } from './agent.ts';
import { Child } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';

const DEPLOYED = fileURLToPath(new URL('../../deploy/alertmanager/alertmanager.yml', import.meta.url));

interface Config {
  readonly route: object;
  readonly receivers: readonly { readonly name: string; readonly webhook_configs: readonly object[] }[];
}

/** A real Alertmanager on the loopback. */
export class Alertmanager extends Child {
  address = '';

  /** Posts alerts as Prometheus does. */
  async post(alerts: readonly object[]): Promise<void> {
    const response = await fetch(`http://${this.address}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }
}

/** Starts Alertmanager with the configuration that is deployed, in a hurry, with all webhooks to `receiver`. */
export async function startAlertmanager(path: string, receiver: string): Promise<Alertmanager> {
  const folder = temporaryFolder();
  const deployed = parse(readFileSync(DEPLOYED, 'utf8')) as Config;
  const config = {
    ...deployed,
    route: { ...deployed.route, group_wait: '0s', group_interval: '1s' },
    receivers: deployed.receivers.map(({ name, webhook_configs }) => ({
      name,
      webhook_configs: webhook_configs.map((one) => ({ ...one, url: receiver })),
    })),
  };
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'alertmanager.yml'), stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ];
  const alertmanager = new Alertmanager(path, args, { env: cleanEnvironment() });
  alertmanager.address = address;
  await alertmanager.until('Alertmanager is ready', async () => (await fetch(`http://${address}/-/ready`)).ok, 20_000);
  return alertmanager;
}
