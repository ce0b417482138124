import { mkdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Measured } from './agent.ts';
import { writeLongLog } from './long-log.ts';
import { makeRuns } from './runs.ts';
import type { Row } from './table.ts';

const RUNS = 1000;
const IDLE_SECONDS = 30;
const BUSY_LINES = 1_000_000;

/** What a thousand runs cost that do nothing. */
export async function idle(folder: string): Promise<Row[]> {
  const anHourAgo = Date.now() / 1000 - 3600;
  for (const log of makeRuns(join(folder, 'runs'), RUNS)) utimesSync(log, anHourAgo, anHourAgo);
  const empty = await Measured.start([fileURLToPath(new URL('./empty-server.js', import.meta.url))]);
  const agent = await Measured.agent([join(folder, 'runs')], folder);
  // what the first read left behind is cleared away
  await delay(20_000);
  const before = agent.cpuSeconds;
  await delay(IDLE_SECONDS * 1000);
  const share = (agent.cpuSeconds - before) / IDLE_SECONDS;
  const memory = agent.memoryMiB - empty.memoryMiB;
  await agent.stop();
  await empty.stop();
  return [
    { what: `${RUNS} idle runs, CPU`, value: `${(share * 100).toFixed(2)} % of a core`, target: '≤ 1 %' },
    {
      what: `${RUNS} idle runs, memory above an empty node:http server`,
      value: `${memory.toFixed(0)} MiB`,
      target: '≤ 40 MiB',
    },
  ];
}

/** How long a scrape takes while a million lines are caught up with. */
export async function scrapeWhileBusy(folder: string): Promise<Row> {
  mkdirSync(join(folder, 'runs'), { recursive: true });
  makeRuns(join(folder, 'runs'), 1);
  const agent = await Measured.agent([join(folder, 'runs')], folder);
  mkdirSync(join(folder, 'staged'));
  writeLongLog(join(folder, 'staged', 'trainer_log.jsonl'), BUSY_LINES);
  renameSync(join(folder, 'staged'), join(folder, 'runs', 'long'));
  let slowest = 0;
  for (let done = false; !done; ) {
    const begun = performance.now();
    const text = await agent.text('/metrics');
    slowest = Math.max(slowest, performance.now() - begun);
    done = text.includes(`trainer_log_records_total{run="long"} ${BUSY_LINES}`);
  }
  await agent.stop();
  return {
    what: 'slowest scrape while a million lines are read',
    value: `${slowest.toFixed(0)} ms`,
    target: '≤ 100 ms',
  };
}
