import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Format } from '../../../src/formats/format.ts';
import type { RunContext } from '../../../src/model/context.ts';
import { collect, cut } from './collect.ts';

/** A file that a trainer wrote. */
export function realFile(path: string): Buffer {
  return readFileSync(new URL(`../../fixtures/configuration/${path}`, import.meta.url));
}

/** What `format` says of a run that has this document. */
export function contextOf(format: Format, text: Buffer | string): RunContext {
  const heard = collect(format, [text]);
  expect(heard).toMatchObject({ records: [], events: [], bad: [] });
  return heard.context;
}

/** Documents that are read as a whole, whatever is in them. */
export function describeDocument(format: Format, { real, reason }: { real: Buffer; reason: string }): void {
  const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 20 });
  const whole = collect(format, [real]);

  it('says the same however the bytes were cut', () => {
    expect(whole).toMatchObject({ bad: [], lines: 1 });
    expect(Object.keys(whole.context)).not.toEqual([]);
    fc.assert(
      fc.property(places, (at) => {
        expect(collect(format, cut(real, at))).toEqual(whole);
      }),
    );
    expect(
      collect(
        format,
        [real].flatMap((bytes) => Array.from(bytes, (byte) => Buffer.of(byte))),
      ),
    ).toEqual(whole);
  });

  it('says it when nothing more comes for long, and again only when it has changed', () => {
    const said: RunContext[] = [];
    const bad: string[] = [];
    const reader = format.open({
      record() {},
      event() {},
      context: (context) => said.push(context),
      bad: (why) => bad.push(why),
      lines() {},
    });
    reader.push(real.subarray(0, 40));
    reader.settle();
    const early = said.length;
    reader.push(real.subarray(40));
    expect(said).toHaveLength(early);
    for (let count = 0; count < 3; count++) reader.settle();
    expect(said).toHaveLength(early + 1);
    reader.push(Buffer.from('\n'));
    reader.settle();
    reader.end();
    expect(said).toHaveLength(early + 1);
    expect(said.at(-1)).toEqual(whole.context);
    expect(bad).toEqual([]);
  });

  it('never throws on garbage, and says at most once that it is bad', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .string({ unit: fc.constantFrom(...'[]{}:,-?&*!|>%@`"\'\n #a1~'), maxLength: 60 })
        .map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) => {
        const bytes = Buffer.from(real);
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(garbage, places, (bytes, at) => {
        const heard = collect(format, cut(bytes, at));
        expect(heard.records).toEqual([]);
        expect(heard.bad.length).toBeLessThanOrEqual(heard.lines);
        expect(heard.lines).toBeLessThanOrEqual(1);
        expect(heard).toEqual(collect(format, [bytes]));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['', ' \n\n', '\ufeff'])('has nothing to say of a file that is empty: %j', (text) => {
    expect(collect(format, [text])).toEqual({ records: [], events: [], context: {}, bad: [], lines: 0 });
  });

  it.each(['[1, 2]', '"text"', '3', 'null', '{"a": ', '{'])('takes %s for no configuration', (text) => {
    expect(collect(format, [text])).toMatchObject({ context: {}, bad: [[reason, 1]], lines: 1 });
  });

  it('leaves out a file that is too long, says so once and keeps none of it', () => {
    const half = Buffer.alloc(512 * 1024, ' ');
    const said: string[] = [];
    const reader = format.open({
      record() {},
      event() {},
      context: () => said.push('context'),
      bad: (why) => said.push(why),
      lines: (count) => said.push(`${count} line`),
    });
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 64; count++) reader.push(half);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    reader.settle();
    reader.end();
    expect(said).toEqual(['1 line', 'oversize']);
  });
}
