import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Format } from '../../src/formats/format.ts';
import { hfConsole } from '../../src/formats/hf-console.ts';
import { tensorboard } from '../../src/formats/tensorboard.ts';
import { writeEventFile } from './event-file.ts';
import { CONSOLES, writeConsole } from './long-console.ts';
import type { Row } from './table.ts';

const FILE_BYTES = 50e6;
const CHUNK_BYTES = 64 * 1024;
const TIMES = 5;

/** What the readers of consoles and of event files take for a megabyte, beside the bare cost of reading it. */
export function readers(folder: string): Row[] {
  const consoles = Object.entries(CONSOLES).map(([name, text]) => {
    const path = join(folder, 'train.log');
    writeConsole(path, text, FILE_BYTES);
    return row(`console, ${name}`, path, hfConsole);
  });
  const events = join(folder, 'events.out.tfevents.1.bench.1.0');
  writeEventFile(events, FILE_BYTES);
  return [...consoles, row('TensorBoard event file', events, tensorboard)];
}

function row(what: string, path: string, format: Format): Row {
  const bytes = statSync(path).size;
  const perMegabyte = (seconds: number) => ((seconds * 1e3) / (bytes / 1e6)).toFixed(2);
  const bare = leastSeconds(() => readAll(path, () => {}));
  let records = 0;
  const ours = leastSeconds(() => {
    records = readRecords(path, format);
  });
  const speed = `${Math.round(bytes / 1e6 / ours)} MB/s, ${Math.round(records / ours / 1000)} records/ms`;
  return {
    what: `${what}, 1 MB: bytes alone, and as records`,
    value: `${perMegabyte(bare)} ms, ${perMegabyte(ours)} ms (${speed})`,
  };
}

/** @throws Error when anything in the file is bad */
function readRecords(path: string, format: Format): number {
  let records = 0;
  const reader = format.open({
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
  return records;
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
