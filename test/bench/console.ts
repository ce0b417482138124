/**
 * What it costs to read consoles, beside the bare cost of finding the newlines in the same bytes:
 *
 *     node test/bench/console.ts [MB]
 */
import { hfConsole } from '../../src/formats/hf-console.ts';

const CHUNK = 64 * 1024;
const ROUNDS = 5;

const size = Number(process.argv[2] ?? 100) * 1e6;

/** Bars as a run of 10,000 steps draws them, ten for each record. */
function bars(every: number): string {
  const steps = Array.from({ length: 2000 }, (_, at) => {
    const bar = `\r ${String(at).padStart(2)}%|${'█'.repeat(at % 10)}${' '.repeat(10 - (at % 10))}| ${at}/10000 [00:03<00:04, 38.03it/s]`;
    if (at % every !== 0) return bar;
    return `\r${' '.repeat(50)}\r{'loss': '5.376', 'grad_norm': '0.3317', 'learning_rate': '0.003226', 'epoch': '1.3'}\n${bar}`;
  });
  return steps.join('').replace(/ (\d\d)\d+%/g, ' $1%');
}

const CONSOLES: Readonly<Record<string, string>> = {
  'bars, a record every 10': bars(10),
  'bars, a record every 100': bars(100),
  'bars, one record': bars(1e6),
  records: bars(1),
  'words of libraries':
    '  "rope_theta": 10000.0,\n/opt/env/lib/python3/site-packages/torch/utils.py:12: UserWarning: text, no more\n'.repeat(
      1000,
    ),
};

function seconds(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    work();
    return (performance.now() - begun) / 1000;
  });
  return Math.min(...times);
}

function scanNewlines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}

for (const [name, text] of Object.entries(CONSOLES)) {
  const bytes = Buffer.from(text.repeat(Math.ceil(size / Buffer.byteLength(text))));
  const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, at) =>
    bytes.subarray(at * CHUNK, (at + 1) * CHUNK),
  );
  let records = 0;
  const read = seconds(() => {
    records = 0;
    const reader = hfConsole.open({ record: () => records++, event() {}, context() {}, bad() {}, lines() {} });
    for (const chunk of chunks) reader.push(chunk);
    reader.end();
  });
  const bare = seconds(() => {
    for (const chunk of chunks) scanNewlines(chunk);
  });
  const rate = (time: number) => `${Math.round(bytes.length / 1e6 / time)} MB/s`;
  console.log(
    `${name}: ${rate(read)}, ${records} records (${Math.round(records / read)} a second); bare newlines ${rate(bare)}; ratio ${(read / bare).toFixed(1)}`,
  );
}
