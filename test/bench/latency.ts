import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Measured } from './agent.ts';
import { append, lineOf, makeRuns } from './runs.ts';
import { quantile, type Row } from './table.ts';

const APPENDS = 300;

/** From the append of a line to a scrape that shows it, and from a NaN line to the webhook. */
export async function latency(folder: string): Promise<Row[]> {
  return [
    ...(await visible(join(folder, 'one'), 1)),
    ...(await visible(join(folder, 'many'), 1000)),
    await told(join(folder, 'nan')),
  ];
}

/**
 * A value is visible from the moment from which a scrape shows it. The live stream speaks at that moment, and a scrape
 * right after it proves it; scrapes one after another would measure the time that a scrape takes.
 */
async function visible(folder: string, runs: number): Promise<Row[]> {
  const logs = makeRuns(join(folder, 'runs'), runs);
  const agent = await Measured.agent([join(folder, 'runs')], folder);
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/ws`, 'nanwatch.v1');
  let heard: (step: number) => void = () => {};
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'record') heard(message.step);
  });
  await new Promise((resolve) => socket.once('message', resolve));
  const times: number[] = [];
  const scrapes: number[] = [];
  for (let count = 1; count <= APPENDS; count++) {
    const log = logs[(count * 7) % logs.length] as string;
    const step = 100 + count;
    const arrived = new Promise<number>((resolve) => {
      heard = (heardStep) => heardStep === step && resolve(performance.now());
    });
    const begun = performance.now();
    append(log, lineOf(step));
    times.push((await arrived) - begun);
    if (count % 30 === 0) scrapes.push(await scrape(agent, step));
    await delay(5 + (count % 20));
  }
  socket.close();
  await agent.stop();
  const label = `append to visible at /metrics, ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  return [
    { what: `${label}, p50`, value: `${quantile(times, 0.5).toFixed(1)} ms`, target: '≤ 5 ms' },
    { what: `${label}, p99`, value: `${quantile(times, 0.99).toFixed(1)} ms`, target: '≤ 25 ms' },
    {
      what: `scrape, ${runs} ${runs === 1 ? 'run' : 'runs'}, p50`,
      value: `${quantile(scrapes, 0.5).toFixed(1)} ms`,
      target: '≤ 100 ms',
    },
  ];
}

async function scrape(agent: Measured, step: number): Promise<number> {
  const begun = performance.now();
  const text = await agent.text('/metrics');
  const took = performance.now() - begun;
  if (!new RegExp(`^trainer_step\\{[^}]*\\} ${step}$`, 'm').test(text)) {
    throw new Error(`step ${step} was in the live stream, but not in the scrape after it`);
  }
  return took;
}

async function told(folder: string): Promise<Row> {
  mkdirSync(folder, { recursive: true });
  let arrived: () => void = () => {};
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
    arrived();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const logs = makeRuns(join(folder, 'runs'), 100);
  const agent = await Measured.agent([join(folder, 'runs'), '--webhook', url], folder);
  const times: number[] = [];
  for (const log of logs) {
    const delivered = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const begun = performance.now();
    append(log, lineOf(101, 'NaN'));
    await delivered;
    times.push(performance.now() - begun);
  }
  await agent.stop();
  receiver.close();
  receiver.closeAllConnections();
  return {
    what: 'append of a NaN line to webhook received, p50 and p99 of 100',
    value: `${quantile(times, 0.5).toFixed(1)} ms, ${quantile(times, 0.99).toFixed(1)} ms`,
    target: 'p99 ≤ 50 ms',
  };
}
