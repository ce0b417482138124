import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Format, MAX_LINE_BYTES } from '../../../src/formats/format.ts';
import { collect, cut, type Heard } from './collect.ts';

/** What the contract needs of a format to try it. */
export interface Samples {
  /** Names of files of this format, and of files that are none. */
  readonly names: readonly string[];
  readonly otherNames: readonly string[];
  /** A whole file without anything wrong in it. */
  readonly whole: Buffer;
  /** Records in it; none for a format that only tells of the configuration. */
  readonly records: number;
  /** Whether what was broken spoils only itself, so that a whole file behind garbage is read. */
  readonly readsOn: boolean;
  /** Whether a record may be given in parts, each number once, when nothing has come for long in the middle of it. */
  readonly inParts: boolean;
}

/** What it needs besides of a format that has one record on each line. */
export interface LineSamples extends Pick<Samples, 'names' | 'otherNames'> {
  /** Whole lines without their newline, each a record. */
  readonly lines: readonly string[];
}

const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 30 });
const garbage = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));

function wholeOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** All numbers in order; a part of a record repeats the step alone. */
function numbersOf(records: Heard['records']): Heard['records'][number] {
  return records.flatMap((entries) => entries.filter(([name]) => name !== 'step'));
}

/** What every format must keep, whatever it reads: see `FormatReader`. */
export function describeFormat(format: Format, samples: Samples): void {
  const { names, otherNames, whole, records, readsOn, inParts } = samples;
  describe(`every format: ${format.name}`, () => {
    it('knows its files by their names', () => {
      for (const name of names) expect(format.matches(name), name).toBe(true);
      for (const name of otherNames) expect(format.matches(name), name).toBe(false);
    });

    it('takes the whole sample', () => {
      const heard = collect(format, [whole]);
      expect(heard.records).toHaveLength(records);
      expect(heard.bad).toEqual([]);
      if (format.kind === 'configuration') expect(heard.context).not.toEqual({});
    });

    it('says the same however the bytes were cut, garbage among them or not', () => {
      const mixed = fc.array(fc.oneof(fc.constant(whole), garbage), { maxLength: 6 });
      fc.assert(
        fc.property(mixed, places, (parts, at) => {
          const bytes = Buffer.concat(parts);
          expect(collect(format, cut(bytes, at))).toEqual(collect(format, [bytes]));
        }),
      );
    });

    it('says the same of a file that was cut off, however its bytes were cut', () => {
      fc.assert(
        fc.property(fc.nat({ max: whole.length }), places, (length, at) => {
          const bytes = whole.subarray(0, length);
          expect(collect(format, cut(bytes, at))).toEqual(collect(format, [bytes]));
        }),
      );
    });

    it('gives the same byte by byte', () => {
      expect(
        collect(
          format,
          Array.from(whole, (byte) => Buffer.of(byte)),
        ),
      ).toEqual(collect(format, [whole]));
    });

    it('never throws on garbage', () => {
      fc.assert(
        fc.property(garbage, places, (bytes, at) => {
          const heard = collect(format, [...cut(bytes, at), '\n', whole]);
          if (readsOn && records > 0) expect(heard.records.slice(-records)).toEqual(collect(format, [whole]).records);
        }),
      );
    });

    it('never throws on a file with bytes changed in it', () => {
      const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(changes, (changed) => {
          const bytes = Buffer.from(whole);
          for (const [place, byte] of changed) bytes[place % bytes.length] = byte;
          collect(format, [bytes]);
        }),
        { numRuns: 300 },
      );
    });

    it('gives nothing twice when nothing came for long, wherever that was', () => {
      const said = collect(format, [whole]).records;
      for (let count = 0; count <= 40; count++) {
        const heard: (typeof said)[number][] = [];
        const reader = format.open({
          record: (record) => heard.push(record.entries()),
          event() {},
          context() {},
          bad() {},
          lines() {},
        });
        const at = Math.round((whole.length * count) / 40);
        reader.push(whole.subarray(0, at));
        reader.settle();
        reader.settle();
        reader.push(whole.subarray(at));
        reader.settle();
        reader.end();
        if (inParts) expect(numbersOf(heard), `settled at ${at}`).toEqual(numbersOf(said));
        else expect(heard, `settled at ${at}`).toHaveLength(said.length);
      }
    });

    it('has nothing to say of an empty file', () => {
      expect(collect(format, [])).toEqual({ records: [], events: [], context: {}, bad: [], lines: 0 });
      expect(collect(format, ['', ''])).toEqual({ records: [], events: [], context: {}, bad: [], lines: 0 });
    });

    it('holds no more than its bound of a file that is nothing but letters', () => {
      const reader = format.open({ record() {}, event() {}, context() {}, bad: () => bad++, lines() {} });
      let bad = 0;
      const megabyte = Buffer.alloc(MAX_LINE_BYTES, 'x');
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      for (let count = 0; count < 64; count++) {
        reader.push(megabyte);
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      reader.end();
      expect(bad).toBe(1);
      expect(most).toBeLessThan(8 * MAX_LINE_BYTES);
    });
  });
}

/** What a format must keep besides that has one record on each line. */
export function describeLineFormat(format: Format, { lines, ...files }: LineSamples): void {
  const whole = wholeOf(lines);
  describeFormat(format, { ...files, whole, records: lines.length, readsOn: true, inParts: false });

  describe(`every format of lines: ${format.name}`, () => {
    it('takes every sample as one record', () => {
      const heard = collect(format, [whole]);
      expect(heard.records).toHaveLength(lines.length);
      expect(heard).toMatchObject({ bad: [], lines: lines.length });
    });

    it('says the same however the bytes were cut, garbage among them or not', () => {
      const mixed = fc
        .array(
          fc.oneof(
            fc.constantFrom(...lines).map((line) => Buffer.from(`${line}\n`)),
            garbage,
          ),
          { maxLength: 12 },
        )
        .map((parts) => Buffer.concat(parts));
      fc.assert(
        fc.property(mixed, places, (bytes, at) => {
          expect(collect(format, cut(bytes, at))).toEqual(collect(format, [bytes]));
        }),
      );
    });

    it('never throws on garbage, and reads on after it', () => {
      fc.assert(
        fc.property(garbage, places, (bytes, at) => {
          const heard = collect(format, [...cut(bytes, at), '\n', whole]);
          expect(heard.records.slice(-lines.length)).toEqual(collect(format, [whole]).records);
          expect(heard.records.length + heard.bad.length).toBeLessThanOrEqual(heard.lines);
        }),
      );
    });

    it('never throws on a record with bytes changed in it', () => {
      const line = fc.constantFrom(...lines);
      const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 });
      fc.assert(
        fc.property(line, changes, (text, changed) => {
          const bytes = Buffer.from(`${text}\n`);
          for (const [place, byte] of changed) bytes[place % (bytes.length - 1)] = byte;
          const { records, bad, lines: count } = collect(format, [bytes]);
          expect(records.length + bad.length).toBeLessThanOrEqual(count);
        }),
        { numRuns: 300 },
      );
    });

    it('waits for the newline, and takes a whole last line without one when nothing more comes', () => {
      const bytes = whole.subarray(0, -1);
      expect(collect(format, [bytes], { end: false }).records).toHaveLength(lines.length - 1);
      expect(collect(format, [bytes])).toEqual(collect(format, [whole]));
    });

    it('takes a whole last line when nothing has come for long, once, and keeps one that was cut off', () => {
      const text = lines[0] ?? '';
      for (let cutAt = 1; cutAt <= text.length; cutAt++) {
        const records: unknown[] = [];
        const bad: string[] = [];
        const reader = format.open({
          record: (record) => records.push(record.entries()),
          event() {},
          context() {},
          bad: (why) => bad.push(why),
          lines() {},
        });
        reader.push(Buffer.from(text.slice(0, cutAt)));
        reader.settle();
        reader.settle();
        expect(records.length, `cut at ${cutAt}`).toBe(cutAt === text.length ? 1 : 0);
        reader.push(Buffer.from(`${text.slice(cutAt)}\n${text}\n`));
        reader.end();
        expect(records, `cut at ${cutAt}`).toEqual(collect(format, [`${text}\n${text}\n`]).records);
        expect(bad).toEqual([]);
      }
    });

    it('counts a last line that was cut off as incomplete, wherever it was cut', () => {
      const [first = '', last = ''] = [lines[0], lines.at(-1)];
      for (let length = 1; length < last.length; length++) {
        const heard = collect(format, [`${first}\n${last.slice(0, length)}`]);
        expect(heard.records, `${length} bytes`).toHaveLength(1);
        expect(heard).toMatchObject({ bad: [['incomplete', 2]], lines: 2 });
      }
    });

    it('skips a line that is too long, says so once, and holds no more than its bound', () => {
      const reader = format.open({
        record: () => records++,
        event() {},
        context() {},
        bad: (reason) => reasons.push(reason),
        lines() {},
      });
      const reasons: string[] = [];
      let records = 0;
      const megabyte = Buffer.alloc(MAX_LINE_BYTES, 'x');
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      for (let count = 0; count < 64; count++) {
        reader.push(megabyte);
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      reader.push(Buffer.from('\n'));
      reader.push(whole);
      expect(reasons).toEqual(['oversize']);
      expect(records).toBe(lines.length);
      expect(most).toBeLessThan(8 * MAX_LINE_BYTES);
    });

    it.each([
      ['takes', MAX_LINE_BYTES, []],
      ['leaves out', MAX_LINE_BYTES + 1, [['oversize', 1]]],
    ])('%s a line of %i bytes, in one piece or in many', (_, length, bad) => {
      const [line = ''] = lines;
      const bytes = Buffer.from(`${line}${' '.repeat(length - Buffer.byteLength(line))}\n`);
      const heard = collect(format, [bytes]);
      expect(heard).toMatchObject({ bad, lines: 1 });
      expect(heard.records).toHaveLength(1 - bad.length);
      expect(collect(format, cut(bytes, [1, 1000, 500_000, bytes.length - 1]))).toEqual(heard);
    });

    it.each([
      ['strings that never end', `{"step": NaN"${'\\"'.repeat(500_000)}`],
      ['quotes', `NaN${'"'.repeat(1_000_000)}`],
      ['digits', `{"step": 1, "loss": "${'1'.repeat(1_000_000)}x", "elapsed_time": "${'1'.repeat(40_000)}"}`],
      ['brackets', `{"step": 1, "loss": ${'['.repeat(1_000_000)}`],
    ])('spends no more than a moment on a long line of %s', (_, line) => {
      const begun = performance.now();
      collect(format, [`${line}\n`]);
      expect(performance.now() - begun).toBeLessThan(5_000);
    });
  });
}
