#!/usr/bin/env node
// A stand-in for a trainer: writes recorded runs into a folder at their own rhythm, again and again, or once.
// node demo/trainer.js --from demo/runs --into /runs [--speed 1] [--once]
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clear, play, recordedLogs } from '../dist/player.cjs';

const PAUSE_MS = 30_000;

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    into: { type: 'string' },
    speed: { type: 'string', default: '1' },
    once: { type: 'boolean', default: false },
  },
});
if (values.from === undefined || values.into === undefined) {
  process.stderr.write('usage: node demo/trainer.js --from RECORDED_RUNS --into FOLDER [--speed N] [--once]\n');
  process.exit(2);
}
const from = resolve(values.from);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort());

while (!stopping.signal.aborted) {
  const logs = recordedLogs(from);
  clear(logs, values.into);
  await play(logs, values.into, Number(values.speed), stopping.signal);
  if (values.once) break;
  await delay(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => {});
}
