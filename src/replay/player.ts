import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Discovery, type FoundLog } from '../tail/discovery.ts';
import { type Beat, beatsOf, type Part, partsOf } from './parts.ts';
import { type Cue, schedule } from './schedule.ts';

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
 * Writes recorded logs again, each at its run's own rhythm, as a trainer does: open for append, write, close.
 *
 * @param into folder that is to hold the runs
 * @param speed 2 is twice as fast; Infinity writes as fast as it goes
 * @param signal stops the writing
 */
export async function play(logs: readonly FoundLog[], into: string, speed: number, signal: AbortSignal): Promise<void> {
  const folders = new Map<string, FoundLog[]>();
  for (const log of logs) folders.set(log.folder, [...(folders.get(log.folder) ?? []), log]);
  const parts = [...folders].flatMap(([folder, ofRun]) => rehearsed(folder, ofRun));
  await Promise.all(parts.map(({ log, parts }) => playOne(targetOf(log, into), parts, speed, signal)));
}

/** Removes what {@link play} wrote, as `overwrite_output_dir` does: the logs go, the folders stay. */
export function clear(logs: readonly FoundLog[], into: string): void {
  for (const log of logs) rmSync(targetOf(log, into), { force: true });
}

function targetOf({ path, run, folder }: FoundLog, into: string): string {
  return join(into, run, relative(folder, path));
}

/** What is to be written of each log of a run, and when. */
function rehearsed(folder: string, logs: readonly FoundLog[]): { readonly log: FoundLog; readonly parts: Part[] }[] {
  const clockPath = join(folder, 'clock.jsonl');
  const clock = existsSync(clockPath) ? readFileSync(clockPath, 'utf8') : null;
  const lead = logs.find(({ format }) => format.keepsSteps);
  const cues = lead === undefined ? [] : schedule(readFileSync(lead.path, 'utf8'), clock);
  const beats: Beat[] = beatsOf(cues, clock);
  return logs.map((log) => ({
    log,
    parts: log === lead ? cues.map(partOf) : partsOf(readFileSync(log.path), log.format, beats),
  }));
}

function partOf({ line, atMs }: Cue): Part {
  return { bytes: Buffer.from(`${line}\n`), atMs };
}

async function playOne(into: string, parts: readonly Part[], speed: number, signal: AbortSignal): Promise<void> {
  mkdirSync(dirname(into), { recursive: true });
  const begunMs = performance.now();
  for (const { bytes, atMs } of parts) {
    const waitMs = atMs / speed - (performance.now() - begunMs);
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    appendFileSync(into, bytes);
  }
}
