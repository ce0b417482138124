import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A command and its arguments. */
export type Program = readonly [command: string, ...args: string[]];

const PRELOAD = fileURLToPath(new URL('./peak-memory.js', import.meta.url));

/**
 * Runs programs to their ends, by turns, so that a noisy moment meets all of them. Returns the user and system time of
 * each, in seconds: the mean of the lesser half of `times` runs. Whatever else the machine does only adds, hence the
 * half; the least alone is a matter of luck, and the detectors' share is a difference of two of these.
 *
 * @throws Error when one cannot be started or fails
 */
export function cpuSecondsOf(programs: readonly Program[], times = 15): number[] {
  const seconds: number[][] = programs.map(() => []);
  for (let round = 0; round < times; round++) {
    programs.forEach((program, index) => {
      const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>/dev/null', 'bench', ...program];
      const [user = Number.NaN, system = Number.NaN] = run('bash', timed).trim().split(/\s+/).map(Number);
      seconds[index]?.push(user + system);
    });
  }
  return seconds.map((all) => {
    const lesser = all.sort((a, b) => a - b).slice(0, Math.ceil(all.length / 2));
    return lesser.reduce((sum, one) => sum + one, 0) / lesser.length;
  });
}

/** Most memory that a program of Node's has held, in MiB. */
export function peakMiBOf(args: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'nanwatch-bench-'));
  const report = join(folder, 'peak');
  try {
    run(process.execPath, ['--import', PRELOAD, ...args], { PEAK_MEMORY: report });
    return Number(readFileSync(report, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it writes to standard error. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stderr;
}
