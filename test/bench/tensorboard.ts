// node test/bench/tensorboard.ts [megabytes]: what reading a TensorBoard event file costs, beside reading its bytes alone.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorboard } from '../../src/formats/tensorboard.ts';
import { logged, VERSION } from '../unit/formats/tf-events.ts';
import { markdown } from './table.ts';

const CHUNK_BYTES = 64 * 1024;
const TIMES = 5;
const megabytes = Number(process.argv[2] ?? 50);
const folder = mkdtempSync(join(tmpdir(), 'nanwatch-bench-'));

try {
  const path = join(folder, 'events.out.tfevents.1.bench.1.0');
  const bytes = writeEvents(path, megabytes * 1e6);
  const bare = leastSeconds(() => readAll(path, () => {}));
  let records = 0;
  const ours = leastSeconds(() => {
    records = 0;
    const reader = tensorboard.open({
      record: () => records++,
      event() {},
      context() {},
      bad(reason, line) {
        throw new Error(`record ${line} of a good file is bad: ${reason}`);
      },
      lines() {},
    });
    readAll(path, (chunk) => reader.push(chunk));
    reader.end();
  });
  const speed = (seconds: number) => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  const what = `event file of ${(bytes / 1e6).toFixed(0)} MB`;
  const rows = [
    { what: `${what}: bytes alone`, value: speed(bare) },
    {
      what: `${what}: ${records.toLocaleString('en-US')} records`,
      value: `${speed(ours)}, ${((ours / bytes) * 1e9).toFixed(1)} ms/MB`,
    },
  ];
  process.stdout.write(`${markdown(rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** As Hugging Face's callback writes them: loss, norm, rate and epoch of every step. Returns the file's size in bytes. */
function writeEvents(path: string, least: number): number {
  const file = openSync(path, 'w');
  let bytes = writeSync(file, VERSION);
  for (let step = 1; bytes < least; ) {
    const block: Buffer[] = [];
    for (let count = 0; count < 1000; count++, step++) {
      const loss = 1.2 + 3 * Math.exp(-step / 1e5) + Math.sin(step) * 0.05;
      const numbers = {
        'train/loss': loss,
        'train/grad_norm': loss / 3,
        'train/learning_rate': 5e-5,
        'train/epoch': step / 1e5,
      };
      block.push(logged(step, numbers));
    }
    bytes += writeSync(file, Buffer.concat(block));
  }
  closeSync(file);
  return bytes;
}

function readAll(path: string, onChunk: (chunk: Buffer) => void): void {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) onChunk(chunk.subarray(0, read));
  closeSync(file);
}

/** The least of several, since whatever else the machine does only adds. */
function leastSeconds(work: () => void): number {
  const times = Array.from({ length: TIMES }, () => {
    const begun = performance.now();
    work();
    return (performance.now() - begun) / 1000;
  });
  return Math.min(...times);
}
