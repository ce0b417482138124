import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/model/record.ts';
import { recordBlock } from '../../src/model/record-block.ts';
import { Reading } from '../unit/pipeline/watch.ts';

/** What befalls a run for some records in a row: keys that these lines have beside or instead of the usual ones. */
const events: readonly Readonly<Record<string, number | string | undefined>>[] = [
  { loss: 0 },
  { loss: Number.NaN },
  { loss: 9 },
  { loss: 0.4 },
  { loss: -1 },
  { loss: undefined },
  { grad_norm: Number.NaN, loss: 0 },
  { grad_norm: 1.2 },
  { eval_loss: 1.5, loss: undefined },
  { reward: 0.5 },
  { lr: 5e-5 },
  { lr: undefined },
  { lr: 'the same' },
  { elapsed_time: undefined },
  { elapsed_time: '0:00:01' },
  { total_steps: undefined },
  { total_steps: 900 },
  { entropy: 2.5 },
];

const part = fc.record({
  calm: fc.integer({ min: 0, max: 400 }),
  event: fc.constantFrom(...events),
  times: fc.integer({ min: 1, max: 6 }),
  /** Steps by which the scheduler falls behind. */
  skipped: fc.constantFrom(0, 0, 0, 1, 3),
  /** Where the step goes on from: mostly from where it was. */
  back: fc.constantFrom(0, 0, 0, 0, 1, 40),
});
const log = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 6 }),
  schedule: fc.constantFrom('linear', 'cosine', 'constant', 'none'),
  noise: fc.constantFrom(0, 0.02, 0.08, 0.3),
  secondsPerStep: fc.constantFrom(0, 0.02, 3, 40),
  /** By how much a step takes longer than the one before, now and then. */
  uneven: fc.constantFrom(0, 5),
  /** The loss from step to step. */
  growth: fc.constantFrom(0.9995, 1, 1.003),
  warmup: fc.constantFrom(0, 100),
  seed: fc.nat({ max: 1000 }),
});

const STEPS = 3_000;

type Log = typeof log extends fc.Arbitrary<infer Of> ? Of : never;

/** A log as LLaMA-Factory writes it. */
function linesOf(of: Log): string[] {
  const lines: string[] = [];
  let step = 0;
  let behind = 0;
  let elapsed = 0;
  let rate = rateAt(of, 0);
  for (const { calm, event, times, skipped, back } of of.parts) {
    step = Math.max(0, step - back);
    behind += skipped;
    for (let at = 0; at < calm + times; at++) {
      step++;
      elapsed += of.secondsPerStep * (step % 11 === 0 ? 1 + of.uneven * (step % 7) : 1);
      const seconds = Math.floor(elapsed);
      const isBefallen = at >= calm;
      if (!isBefallen || event.lr !== 'the same') rate = rateAt(of, step - behind);
      lines.push(
        jsonOf({
          current_steps: step,
          total_steps: STEPS,
          loss: Number((2 * of.growth ** step * (1 + of.noise * Math.sin(step * step + of.seed))).toFixed(4)),
          epoch: step / 100,
          elapsed_time: `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
          ...(isBefallen ? event : {}),
          lr: isBefallen && event.lr !== 'the same' && 'lr' in event ? event.lr : rate,
        }),
      );
    }
  }
  return lines;
}

function rateAt({ schedule, warmup }: Log, step: number): number | undefined {
  if (schedule === 'none') return undefined;
  if (step < warmup) return (1e-4 * step) / warmup;
  const share = (step - warmup) / (STEPS - warmup);
  if (schedule === 'constant') return 1e-4;
  return schedule === 'linear' ? 1e-4 * (1 - share) : 5e-5 * (1 + Math.cos(Math.PI * share));
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function jsonOf(line: object): string {
  const members = Object.entries(line).flatMap(([key, value]) =>
    value === undefined ? [] : [`"${key}": ${typeof value === 'string' ? `"${value}"` : value}`],
  );
  return `{${members.join(', ')}}`;
}

function recordsOf(reading: Reading): unknown[] {
  const { store } = reading.source;
  return Array.from({ length: store.count }, (_, index) => {
    const record: (number | undefined)[] = [];
    for (let slot = 0; slot < 15; slot++) record.push(store.get(index, slot));
    return [...record, store.arrivedMs(index)];
  });
}

describe('records that are taken together because they are calm', () => {
  it('leave everything as if they had come one by one', () => {
    let taken = 0;
    const { takeCalm } = recordBlock;
    recordBlock.takeCalm = (...of) => {
      const count = takeCalm.apply(recordBlock, of);
      taken += count;
      return count;
    };
    fc.assert(
      fc.property(log, fc.nat(), (of, place) => {
        const lines = linesOf(of);
        const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const cut = place % text.length;
        const together = new Reading().push([text.subarray(0, cut), text.subarray(cut)]);
        const apart = new Reading();
        Object.defineProperty(apart.source, 'block', { value: undefined });
        apart.push([text]);
        expect(recordsOf(together)).toEqual(recordsOf(apart));
        // what comes after shows whether all is remembered that has to be
        for (const reading of [together, apart]) {
          reading.watched.atEnd(reading.source, Date.UTC(2024));
          reading.push([`${jsonOf({ current_steps: 2_500, total_steps: STEPS, loss: 3, lr: 1e-5 })}\n`]);
        }
        expect(together.state()).toEqual(apart.state());
        expect(together.told).toEqual(apart.told);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(10_000);
  });
});

it('a block shows each of its records', () => {
  const reading = new Reading();
  const seen: (number | null)[] = [];
  Object.defineProperty(reading.source, 'block', { value: undefined });
  Object.defineProperty(reading.source, 'record', { value: (record: LogRecord) => seen.push(record.step) });
  reading.push([[1, 2, 3].map((step) => `${jsonOf({ current_steps: step, loss: 1 })}\n`).join('')]);
  expect(seen).toEqual([1, 2, 3]);
});
