import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Discovery, type FoundLog } from '../tail/discovery.ts';
import { schedule } from './schedule.ts';

/** The recorded logs under a path. */
export function recordedLogs(path: string): FoundLog[] {
  const found = new Map<string, FoundLog>();
  const discovery = new Discovery(
    path,
    (log) => found.set(log.path, log),
    () => {},
  );
  discovery.scan(Date.now());
  return [...found.values()];
}

/**
 * Writes recorded logs again, each at its own rhythm, as a trainer does: open for append, one line, close.
 *
 * @param from the path that was given to {@link recordedLogs}
 * @param into folder that is to hold the runs
 * @param speed 2 is twice as fast; Infinity writes as fast as it goes
 * @param signal stops the writing
 */
export async function play(
  logs: readonly FoundLog[],
  from: string,
  into: string,
  speed: number,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(logs.map((log) => playOne(log, target(log, from, into), speed, signal)));
}

function target({ path, run }: FoundLog, from: string, into: string): string {
  const inside = relative(from, dirname(path));
  return join(into, inside === '' || inside.startsWith('..') ? run : inside, basename(path));
}

async function playOne({ path, folder }: FoundLog, into: string, speed: number, signal: AbortSignal): Promise<void> {
  const clock = join(folder, 'clock.jsonl');
  const cues = schedule(readFileSync(path, 'utf8'), existsSync(clock) ? readFileSync(clock, 'utf8') : null);
  mkdirSync(dirname(into), { recursive: true });
  const begunMs = performance.now();
  for (const { line, atMs } of cues) {
    const waitMs = atMs / speed - (performance.now() - begunMs);
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    appendFileSync(into, `${line}\n`);
  }
}
