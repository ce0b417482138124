import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Cost {
  /** User and system time. */
  readonly cpuSeconds: number;
  /** NaN for a program that is not Node's. */
  readonly peakMiB: number;
}

const PRELOAD = fileURLToPath(new URL('./peak-memory.js', import.meta.url));

/**
 * Runs a program to its end and says what it cost: the least of `times` runs, since whatever else the machine does only
 * adds.
 *
 * @throws Error when it cannot be started or ends with another status than `status`
 */
export function costOf(command: string, args: readonly string[], { times = 3, status = 0 } = {}): Cost {
  const folder = mkdtempSync(join(tmpdir(), 'nanwatch-bench-'));
  const report = join(folder, 'peak');
  const isNode = command === process.execPath;
  const nodeArgs = isNode ? ['--import', PRELOAD] : [];
  try {
    const runs = Array.from({ length: times }, () => {
      const timed = [
        '-c',
        'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>/dev/null',
        'bench',
        command,
        ...nodeArgs,
        ...args,
      ];
      const run = spawnSync('bash', timed, { encoding: 'utf8', env: { ...process.env, PEAK_MEMORY: report } });
      if (run.status !== status)
        throw new Error(`${command} ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
      const [user = Number.NaN, system = Number.NaN] = run.stderr.trim().split(/\s+/).map(Number);
      return { cpuSeconds: user + system, peakMiB: isNode ? Number(readFileSync(report, 'utf8')) : Number.NaN };
    });
    return {
      cpuSeconds: Math.min(...runs.map(({ cpuSeconds }) => cpuSeconds)),
      peakMiB: Math.max(...runs.map(({ peakMiB }) => peakMiB)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
