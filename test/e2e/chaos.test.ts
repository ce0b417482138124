import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Agent, launchAgent, runProgram } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleValue } from '../support/metrics.ts';
import { type Delivery, type Manner, type Receiver, startReceiver } from '../support/receiver.ts';
import { recordedLines } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const RECORDING = 'llama-fp16-intermittent-nan';
const LINES = recordedLines(RECORDING).length;
/** Four incidents each. */
const RUNS = ['sft-1', 'sft-2', 'sft-3'];

/** Kills at random moments; 50 by hand. */
const KILLS = Number(process.env.NANWATCH_KILLS ?? 6);
const LIFE_MS = 1_500;

/** What the tests hide in addresses, options and files, to look for it in all that the agent says. */
const SECRETS = ['path-t0ken-1f2e', 'query-t0ken-3d4c', 'passw0rd-5b6a', 'hmac-k3y-7988'] as const;

/** A receiver with secrets all over, and an agent's configuration that names it. */
function configuration(receiver: Receiver): string {
  const [path, query, password, key] = SECRETS;
  const folder = temporaryFolder();
  const url = `${receiver.url.replace('//', `//nanwatch:${password}@`)}/${path}?token=${query}`;
  writeFileSync(join(folder, 'url'), `${url}\n`);
  writeFileSync(join(folder, 'key'), key);
  const file = join(folder, 'nanwatch.yaml');
  const options = {
    type: 'webhook',
    url_file: join(folder, 'url'),
    secret_file: join(folder, 'key'),
    timeout: '300ms',
  };
  writeFileSync(file, JSON.stringify({ receivers: [options] }));
  return file;
}

/**
 * Everything a receiver can do to those who talk to it, something else at every request, until it is told to behave.
 * Returns what ends it.
 */
function misbehave(receiver: Receiver): () => Promise<void> {
  const manners: readonly (Manner | 'gone')[] = [503, 'hold', 204, 429, 'cut', 'gone', 500, 204, 408, 'hold', 'gone'];
  let requests = 0;
  let restarted = Promise.resolve();
  receiver.headers = { 'Retry-After': '1' };
  receiver.manner = 503;
  receiver.onDelivery = () => {
    const manner = manners[++requests % manners.length] ?? 204;
    if (manner === 'gone') restarted = restart(receiver);
    else receiver.manner = manner;
  };
  return async () => {
    receiver.onDelivery = () => {};
    await restarted;
    receiver.headers = {};
    receiver.manner = 204;
  };
}

/** It is killed in the middle of a request, and comes back a moment later. */
async function restart(receiver: Receiver): Promise<void> {
  await receiver.close();
  await delay(300);
  await receiver.open();
}

function keyOf({ headers }: Delivery): string {
  return String(headers['idempotency-key']);
}

function incidentOf({ body: { alerts } }: Delivery): string {
  const [alert] = alerts;
  return `${alert?.labels.run} ${alert?.labels.alertname} from ${alert?.annotations.first_step}`;
}

/** `firing warning`, `resolved critical after firing`: what was accepted of each incident, in order, repeats left out. */
function story(receiver: Receiver): Map<string, string[]> {
  const told = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const delivery of receiver.accepted) {
    if (seen.has(keyOf(delivery))) continue;
    seen.add(keyOf(delivery));
    const [alert] = delivery.body.alerts;
    const both = alert?.annotations.was_firing === undefined ? '' : ' after firing';
    const line = `${alert?.status} ${alert?.labels.severity}${both}`;
    told.set(incidentOf(delivery), [...(told.get(incidentOf(delivery)) ?? []), line]);
  }
  return told;
}

async function settled(agent: Agent): Promise<void> {
  for (const run of RUNS) await agent.hasRead(run, LINES, 20_000);
  await agent.until(
    'nothing is pending',
    async () => sampleValue(await agent.metrics(), 'nanwatch_notifications_pending') === 0,
    90_000,
  );
}

async function everythingItSays(agents: readonly Agent[], last: Agent, config: string, state: string): Promise<string> {
  const paths = [
    '/metrics',
    '/api/v1/runs',
    '/api/v1/alerts?state=all',
    '/api/v1/config',
    '/',
    '/nowhere',
    '/-/healthy',
  ];
  const answers = await Promise.all(paths.map(async (path) => (await last.get(path)).text()));
  const list = await runProgram([
    'notifications',
    'list',
    '--config',
    config,
    '--state-dir',
    state,
    '--format',
    'json',
  ]);
  return [...agents.map(({ stdout, stderr }) => stdout + stderr), ...answers, list.stdout, list.stderr].join('\n');
}

it(`${KILLS} times kill -9 while the receiver is killed, refuses, times out, answers 429 and 503: all is told, once, in order, and no secret`, {
  timeout: 150_000 + KILLS * 3_000,
}, async () => {
  const runs = temporaryFolder();
  const state = join(temporaryFolder(), 'state');
  const [receiver, calm] = [await startReceiver(), await startReceiver()];
  const config = configuration(receiver);
  const launch = (configured: string, stateDir: string) =>
    launchAgent(['run', runs, '--listen', '127.0.0.1:0', '--config', configured, '--state-dir', stateDir]);
  const undisturbed = await launch(configuration(calm), join(temporaryFolder(), 'state')).ready();

  const agents = [await launch(config, state).ready()];
  const write = (lines: readonly string[]) => {
    for (const run of RUNS) {
      mkdirSync(join(runs, run), { recursive: true });
      for (const line of lines) appendFileSync(join(runs, run, 'trainer_log.jsonl'), `${line}\n`);
    }
  };
  const lines = recordedLines(RECORDING);
  write(lines.slice(0, 1));
  // what was over before a run was first seen would be history
  for (const run of RUNS) await agents[0]?.hasRead(run, 1);

  const behave = misbehave(receiver);
  let written = 1;
  for (let kill = 1; kill <= KILLS; kill++) {
    const agent = agents.at(-1) as Agent;
    // every third is killed before it is ready
    if (kill % 3 !== 0) await agent.ready();
    const killed = delay(Math.random() * LIFE_MS).then(() => agent.kill());
    for (const target = Math.ceil((LINES * kill) / KILLS); written < target; written++) {
      write(lines.slice(written, written + 1));
      await delay((LIFE_MS * KILLS) / LINES / 2);
    }
    await killed;
    agents.push(launch(config, state));
  }
  const last = agents.at(-1) as Agent;
  await last.ready();
  const met = () => new Set(receiver.got.map(({ status }) => status));
  await until('the receiver has done its worst', () => [503, 429, 500, null].every((one) => met().has(one)), {
    withinMs: 60_000,
  });
  await behave();
  await Promise.all([settled(last), settled(undisturbed)]);

  const incidents = (await undisturbed.alerts()).filter(({ inhibited_by }) => inhibited_by === null);
  expect(incidents.length).toBeGreaterThanOrEqual(10);
  const [told, toldCalm] = [story(receiver), story(calm)];
  for (const { run, alertname, first_step, status } of incidents) {
    const name = `${run} ${alertname} from ${first_step}`;
    const lines = told.get(name) ?? [];
    expect(lines.at(-1), `the last that was told of ${name}`).toMatch(new RegExp(`^${status}`));
    expect(`${name}: ${lines}`, 'its beginning was told too').toMatch(/firing/);
    expect(
      lines.slice(0, -1).filter((line) => !line.startsWith('firing')),
      `${name}: ${lines}`,
    ).toEqual([]);
  }
  expect(
    [...told.keys()].filter((name) => !toldCalm.has(name)),
    'told of what never was',
  ).toEqual([]);

  const [texts, keys] = [new Map<string, string>(), new Map<string, string>()];
  for (const delivery of receiver.got) {
    const key = keyOf(delivery);
    expect(delivery.text, 'a key stands for one notification').toBe(texts.get(key) ?? delivery.text);
    texts.set(key, delivery.text);
    const [alert] = delivery.body.alerts;
    const transition = `${incidentOf(delivery)} ${alert?.status} ${alert?.labels.severity}`;
    expect(key, `${transition} was told under two keys`).toBe(keys.get(transition) ?? key);
    keys.set(transition, key);
  }

  const said = await everythingItSays(agents, last, config, state);
  expect(said).toContain('Notification not delivered, will be tried again');
  expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
  const statuses = new Map<string, number>();
  for (const { status } of receiver.got) statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
  console.info(
    `${KILLS} kills, ${incidents.length} incidents, ${receiver.got.length} requests`,
    `(${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}), ${texts.size} keys`,
  );
});
