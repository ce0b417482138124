import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggedNumber, parseJsonLine } from '../../../src/formats/framing/json-line.ts';

describe('parseJsonLine', () => {
  it('reads what Python writes for numbers that are not finite', () => {
    expect(parseJsonLine('{"a": NaN, "b": Infinity, "c": -Infinity, "d": [NaN], "e": -1}')).toEqual({
      a: 'NaN',
      b: 'Infinity',
      c: '-Infinity',
      d: ['NaN'],
      e: -1,
    });
  });

  it('leaves such words alone inside strings and keys', () => {
    const line = '{"NaN": 1, "note": "a NaN, \\"Infinity\\" and -Infinity \\\\", "loss": NaN}';
    expect(parseJsonLine(line)).toEqual({ NaN: 1, note: 'a NaN, "Infinity" and -Infinity \\', loss: 'NaN' });
  });

  it.each([
    '',
    ' ',
    'NaN',
    'null',
    '7',
    '"text"',
    '[{"a": 1}]',
    '{"a": 1',
    '{"a": 1} x',
    'x {"a": 1}',
    "{'a': 1}",
    '{"a": nan}',
    '{"a": NaN_1}',
  ])('takes %j for no object', (line) => {
    expect(parseJsonLine(line)).toBeNull();
  });

  it('reads a line behind a byte-order mark', () => {
    expect(parseJsonLine('\uFEFF{"a": 1}')).toEqual({ a: 1 });
  });

  it('reads any object that JSON can write as JSON reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const line = JSON.stringify(object);
        expect(parseJsonLine(line)).toEqual(JSON.parse(line));
      }),
    );
  });
});

describe('loggedNumber', () => {
  it.each([
    [5, 5],
    [-0, -0],
    ['123.45', 123.45],
    ['0', 0],
    ['5e-05', 5e-5],
    ['-1.5', -1.5],
    ['+2', 2],
    ['.5', 0.5],
    ['1.', 1],
    [' 7 ', 7],
    ['nan', Number.NaN],
    ['NaN', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('reads %j as %d', (value, number) => {
    expect(loggedNumber(value)).toBe(number);
  });

  it.each([
    null,
    undefined,
    true,
    false,
    '',
    ' ',
    '1/94',
    '1.06%',
    '2s',
    '0x10',
    '1,000',
    '1_000',
    'nanny',
    '--1',
    '1e',
    {},
    [],
    [1],
  ])('takes %j for no number', (value) => {
    expect(loggedNumber(value)).toBeUndefined();
  });
});
