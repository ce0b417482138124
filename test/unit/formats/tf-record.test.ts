import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedCrc32c } from '../../../src/formats/framing/crc32c.ts';
import { MAX_TF_RECORD_BYTES, TfRecordFramer } from '../../../src/formats/framing/tf-record.ts';
import { cut } from './collect.ts';
import { framed } from './tf-events.ts';

const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 20 });
const records = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });

/** Data of the records, in hexadecimal, and what was bad. */
function frames(chunks: readonly Buffer[], { end = true } = {}): string[] {
  const heard: string[] = [];
  const framer = new TfRecordFramer(
    (bytes, from, to) => heard.push(bytes.toString('hex', from, to)),
    (reason) => heard.push(reason),
  );
  for (const chunk of chunks) framer.push(chunk);
  if (end) framer.end();
  return heard;
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function unmasked(crc: number): number {
  const turned = (crc - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}

describe('the checksum', () => {
  // RFC 3720, B.4
  it.each([
    ['zeros', Buffer.alloc(32), 0x8a9136aa],
    ['ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['ascending', Buffer.from(Array.from({ length: 32 }, (_, place) => place)), 0x46dd794e],
    ['descending', Buffer.from(Array.from({ length: 32 }, (_, place) => 31 - place)), 0x113fdb5c],
    ['nine digits', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is that of the standard', (_, bytes, crc) => {
    expect(unmasked(maskedCrc32c(bytes, 0, bytes.length))).toBe(crc);
  });

  it('is that of the range alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, offset) => {
        const within = Buffer.concat([Buffer.alloc(offset, 7), bytes, Buffer.alloc(5, 9)]);
        expect(maskedCrc32c(within, offset, offset + bytes.length)).toBe(maskedCrc32c(bytes, 0, bytes.length));
      }),
    );
  });
});

describe('records', () => {
  it('come out as they went in, however they were cut', () => {
    fc.assert(
      fc.property(records, places, (data, at) => {
        expect(frames(cut(Buffer.concat(data.map(framed)), at))).toEqual(data.map(hex));
      }),
    );
  });

  it('are the same byte by byte, garbage among them or not', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((data) => framed(data)),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(60).map((length) => Buffer.alloc(length)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const bytes = Buffer.concat(parts);
        expect(frames(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(frames([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('that are cut off wait, and are incomplete when nothing more comes', () => {
    const whole = framed(Buffer.from('data'));
    for (let length = 1; length < whole.length; length++) {
      expect(frames([whole.subarray(0, length)], { end: false })).toEqual([]);
      expect(frames([whole, whole.subarray(0, length)])).toEqual([hex(Buffer.from('data')), 'incomplete']);
    }
  });

  it('whose rest comes after an end that was none are read', () => {
    const heard: string[] = [];
    const whole = framed(Buffer.from('data'));
    const framer = new TfRecordFramer(
      (bytes, from, to) => heard.push(bytes.toString('utf8', from, to)),
      (reason) => heard.push(reason),
    );
    framer.push(whole.subarray(0, 15));
    framer.end();
    framer.end();
    framer.push(whole.subarray(15));
    framer.end();
    expect(heard).toEqual(['incomplete', 'data']);
  });

  it('with a bit turned are told: in the data that one is left out, in the length the rest of the file', () => {
    const data = fc.uint8Array({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(7), places, (bytes, place, bit, at) => {
        const broken = framed(bytes);
        const turned = place % broken.length;
        broken.writeUInt8(broken.readUInt8(turned) ^ (1 << bit), turned);
        const [before, after] = [framed(Buffer.from('before')), framed(Buffer.from('after'))];
        const expected = turned < 12 ? ['bad-checksum'] : ['bad-checksum', hex(Buffer.from('after'))];
        expect(frames(cut(Buffer.concat([before, broken, after]), at))).toEqual([
          hex(Buffer.from('before')),
          ...expected,
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('are found behind a hole of zeros, whatever their length; zeros at the end are nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 100 }), fc.nat(1100), places, (zeros, length, at) => {
        const data = Buffer.alloc(length, 1);
        const bytes = Buffer.concat([framed(data), Buffer.alloc(zeros), framed(data), Buffer.alloc(zeros)]);
        expect(frames(cut(bytes, at))).toEqual([hex(data), hex(data)]);
      }),
    );
    expect(frames([Buffer.alloc(5)])).toEqual([]);
    expect(frames([Buffer.alloc(100_000), framed(Buffer.alloc(256))])).toEqual([hex(Buffer.alloc(256))]);
  });

  it('that are too long are skipped, told once, and fill no memory', () => {
    const header = Buffer.alloc(12);
    const length = MAX_TF_RECORD_BYTES * 20;
    header.writeBigUInt64LE(BigInt(length), 0);
    header.writeUInt32LE(maskedCrc32c(header, 0, 8), 8);
    const heard: string[] = [];
    const framer = new TfRecordFramer(
      (bytes, from, to) => heard.push(bytes.toString('utf8', from, to)),
      (reason) => heard.push(reason),
    );
    const before = process.memoryUsage().arrayBuffers;
    framer.push(header);
    const block = Buffer.alloc(1024 * 1024, 'x');
    for (let passed = 0; passed < length; passed += block.length) framer.push(block);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    framer.push(Buffer.concat([Buffer.alloc(4), framed(Buffer.from('next'))]));
    framer.end();
    expect(heard).toEqual(['oversize', 'next']);
  });

  it('as long as may be are read', () => {
    const whole = framed(Buffer.alloc(MAX_TF_RECORD_BYTES, 'x'));
    const lengths: number[] = [];
    const framer = new TfRecordFramer(
      (_, from, to) => lengths.push(to - from),
      () => {},
    );
    for (let at = 0; at < whole.length; at += 65_536) framer.push(whole.subarray(at, at + 65_536));
    expect(lengths).toEqual([MAX_TF_RECORD_BYTES]);
  });
});
