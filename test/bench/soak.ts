// npm run soak [-- minutes]: a log that is replaced every second while the agent follows it and twenty others. Prints a
// line a minute; memory, descriptors and CPU are to be flat.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Measured } from './agent.ts';
import { append, lineOf, makeRuns } from './runs.ts';

const minutes = Number(process.argv[2] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'nanwatch-soak-'));
const runs = join(folder, 'runs');
const logs = makeRuns(runs, 20);
const rotated = join(runs, 'rotated');
mkdirSync(rotated);
const log = join(rotated, 'trainer_log.jsonl');

try {
  const agent = await Measured.agent([runs], folder);
  process.stdout.write(
    '| minute | memory MiB | descriptors | CPU % | rotations | truncations | records of the last log |\n|---|---|---|---|---|---|---|\n',
  );
  let cpu = agent.cpuSeconds;
  for (let minute = 1; minute <= minutes; minute++) {
    for (let second = 0; second < 60; second++) await rotate(minute * 60 + second);
    await delay(300);
    const now = agent.cpuSeconds;
    const metrics = await agent.text('/metrics');
    const cells = [
      minute,
      agent.memoryMiB.toFixed(0),
      readdirSync(`/proc/${agent.pid}/fd`).length,
      (((now - cpu) / 60) * 100).toFixed(1),
      numberIn(metrics, 'nanwatch_rotations_total'),
      numberIn(metrics, 'nanwatch_truncations_total'),
      numberIn(metrics, 'trainer_log_records_total{run="rotated"}'),
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
    cpu = now;
  }
  await agent.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One second: the log is moved away or cut, made anew, and written to; the other runs log a line each. */
async function rotate(second: number): Promise<void> {
  if (second % 2 === 0) moveAway(log, `${log}.old`);
  writeFileSync(log, lineOf(1, second));
  for (let step = 2; step <= 20; step++) {
    append(log, lineOf(step, second));
    await delay(45);
  }
  for (const other of logs) append(other, lineOf(100 + second));
}

/** The first time there is nothing to move. */
function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function numberIn(metrics: string, name: string): string {
  return (
    metrics
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? 'none'
  );
}
