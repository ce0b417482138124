import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// A trainer in a process of its own: writes the lines of a recorded log into another, one every few milliseconds.
// node writer.ts RECORDED INTO MILLISECONDS
const [recorded = '', into = '', pause = ''] = process.argv.slice(2);
mkdirSync(dirname(into), { recursive: true });
for (const line of readFileSync(recorded, 'utf8').trimEnd().split('\n')) {
  appendFileSync(into, `${line}\n`);
  await delay(Number(pause));
}
