import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IncidentView, RunView } from '../../src/view/wire.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/nanwatch.js', import.meta.url));
const MAX_REPORT_BYTES = 1024 * 1024 * 1024;

/** A run as `check --format json` reports it. */
export type Reported = RunView & { readonly incidents: readonly IncidentView[] };

export interface Checked {
  readonly runs: ReadonlyMap<string, Reported>;
  /** Runs that the program did not survive. */
  readonly crashes: readonly string[];
}

/** Checks a folder of runs: all at once, as people do, and run by run when the program does not survive that. */
export function check(folder: string, names: readonly string[]): Checked {
  const all = report(folder);
  if (all !== null) return { runs: new Map(all.map((run) => [run.run, run])), crashes: [] };
  const each = names.filter((name) => existsSync(join(folder, name))).map((name) => [name, report(join(folder, name))]);
  return {
    runs: new Map(each.flatMap(([name, runs]) => (runs?.[0] ? [[name, runs[0]] as [string, Reported]] : []))),
    crashes: each.flatMap(([name, runs]) => (runs === null ? [name as string] : [])),
  };
}

/** @returns null when the program crashed */
function report(folder: string): readonly Reported[] | null {
  const args = [PROGRAM, 'check', '--format', 'json', folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: MAX_REPORT_BYTES,
  });
  if (status === 0 || status === 1) {
    try {
      return JSON.parse(stdout).runs;
    } catch {
      // said below
    }
  }
  process.stderr.write(`check of ${folder} ended with ${status}: ${stderr}\n`);
  return null;
}
