import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DETECTORS } from '../../src/detectors/index.ts';
import { cpuSecondsOf, type Program, peakMiBOf } from './cost.ts';
import { writeLongLog } from './long-log.ts';
import type { Row } from './table.ts';

const HERE = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PROGRAM = HERE('../../bin/nanwatch.js');
const LINES = 1_000_000;

/** Reading a long log from its first byte: nanwatch with every detector on and a JSON report, against the plain ways. */
export function catchUp(folder: string): Row[] {
  mkdirSync(join(folder, 'run'), { recursive: true });
  const log = join(folder, 'run', 'trainer_log.jsonl');
  writeLongLog(log, LINES);
  const lineBytes = Math.round(statSync(log).size / LINES);
  const check = (...options: string[]): Program => [
    process.execPath,
    PROGRAM,
    'check',
    ...options,
    '--format',
    'json',
    join(folder, 'run'),
  ];
  // both with a configuration, which costs something to read
  const configured = (enabled: boolean) => {
    const file = join(folder, `detectors-${enabled}.yaml`);
    const lines = Object.keys(DETECTORS).map((name) => `  ${name}: { enabled: ${enabled} }`);
    writeFileSync(file, ['detectors:', ...lines].join('\n'));
    return check('--config', file);
  };
  const programs = [
    check(),
    configured(true),
    configured(false),
    [process.execPath, HERE('./bare-loop.js'), log],
  ] as const;
  const [ours = Number.NaN, seeing = Number.NaN, blind = Number.NaN, bare = Number.NaN] = cpuSecondsOf(programs);
  const what = `${LINES.toLocaleString('en-US')} lines of ${lineBytes} B`;
  const rows: Row[] = [
    { what: `${what}: bare Node loop, CPU`, value: `${bare.toFixed(2)} s` },
    {
      what: `${what}: nanwatch check, CPU`,
      value: `${ours.toFixed(2)} s = ${(ours / bare).toFixed(2)} x bare loop`,
      target: '≤ 0.5 x',
    },
    {
      what: `${what}: share of all ${Object.keys(DETECTORS).length} detectors in that CPU`,
      value: `${((100 * (seeing - blind)) / ours).toFixed(0)} %`,
      target: '≤ 25 %',
    },
    {
      what: `${what}: nanwatch check, peak memory`,
      value: `${peakMiBOf(check().slice(1)).toFixed(0)} MiB`,
      target: '< 120 MiB',
    },
  ];
  return [...rows, mtail(log, ours, what)];
}

function mtail(log: string, ours: number, what: string): Row {
  if (spawnSync('mtail', ['--version']).status !== 0) {
    return { what: `${what}: mtail`, value: 'not installed: apt-get install -y --no-install-recommends mtail' };
  }
  const args = ['--one_shot', '--progs', HERE('./trainer-log.mtail'), '--logs', log, '--log_dir', join(log, '..')];
  const [cpuSeconds = Number.NaN] = cpuSecondsOf([['mtail', ...args]], 1);
  return {
    what: `${what}: mtail, CPU`,
    value: `${cpuSeconds.toFixed(2)} s; nanwatch is 1/${(cpuSeconds / ours).toFixed(1)} of it`,
    target: '≤ 1/9',
  };
}
