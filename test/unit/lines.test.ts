import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/formats/format.ts';
import { LineFramer } from '../../src/formats/framing/lines.ts';

/** Lines, with `<oversize>` for each that was too long. */
function framed(chunks: readonly Buffer[], isEnded = true): string[] {
  const seen: string[] = [];
  const framer = new LineFramer(
    (bytes, start, end) => seen.push(bytes.toString('latin1', start, end)),
    () => seen.push('<oversize>'),
  );
  for (const chunk of chunks) framer.push(chunk);
  if (isEnded) framer.end();
  return seen;
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length));
}

const byte = fc.constantFrom(0x00, 0x0a, 0x0d, 0x61, 0xc3, 0xff);

it('any cut gives the same lines', () => {
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.boolean(),
      (data, cuts, isEnded) => {
        const bytes = Buffer.from(data);
        expect(framed(cut(bytes, cuts), isEnded)).toEqual(framed([bytes], isEnded));
      },
    ),
    { numRuns: 1_000 },
  );
});

it('gives what splitting at newlines gives', () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 200 }), fc.array(fc.nat(), { maxLength: 20 }), (data, cuts) => {
      const bytes = Buffer.from(data);
      const pieces = bytes
        .toString('latin1')
        .split('\n')
        .map((piece) => piece.replace(/^\0+/, ''));
      const expected = pieces.at(-1) === '' ? pieces.slice(0, -1) : pieces;
      expect(framed(cut(bytes, cuts))).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

it('any cut gives the same lines around the longest one', () => {
  const length = fc.integer({ min: MAX_LINE_BYTES - 2, max: MAX_LINE_BYTES + 2 });
  const piece = fc
    .tuple(fc.nat(3), length)
    .map(([nuls, size]) => Buffer.concat([Buffer.alloc(nuls), Buffer.alloc(size, 'x'), Buffer.from('\n')]));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 3 }), fc.array(fc.nat(), { maxLength: 5 }), (pieces, cuts) => {
      const bytes = Buffer.concat([Buffer.from('a\n'), ...pieces, Buffer.from('b\n')]);
      const expected = pieces.map((one) => one.toString('latin1').replace(/^\0+/, '').trimEnd().length);
      const found = framed(cut(bytes, cuts)).slice(1, -1);
      expect(found.map((line) => line === '<oversize>')).toEqual(expected.map((size) => size > MAX_LINE_BYTES));
    }),
    { numRuns: 20 },
  );
});

it.each([
  ['nothing', '', []],
  ['half a line', 'a', ['a']],
  ['a whole line', 'a\n', ['a']],
  ['an empty line', '\n', ['']],
  ['NULs alone', '\0\0\0', []],
  ['NULs before, in and after a line', '\0\0a\0b\0\n', ['a\0b\0']],
])('%s', (_name, text, expected) => {
  expect(framed([Buffer.from(text)])).toEqual(expected);
});

it('a hole of NULs in many chunks is dropped before a line, and ends a half line as too long', () => {
  const hole = Array.from({ length: 8 }, () => Buffer.alloc(256 * 1024));
  expect(framed([...hole, Buffer.from('a\n')])).toEqual(['a']);
  expect(framed([Buffer.from('half'), ...hole, Buffer.from('a\nb\n')])).toEqual(['<oversize>', 'b']);
});

it('NULs before a line are dropped faster than one by one', () => {
  const framer = new LineFramer(
    () => {},
    () => {},
  );
  const hole = Buffer.alloc(256 * 1024);
  const before = process.cpuUsage();
  for (let chunk = 0; chunk < 2_048; chunk++) framer.push(hole);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(200);
});
