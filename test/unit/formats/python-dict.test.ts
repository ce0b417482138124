import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPythonDict } from '../../../src/formats/framing/python-dict.ts';

function read(text: string, start = 0) {
  const numbers: Record<string, number> = {};
  const end = readPythonDict(text, start, (name, value) => {
    numbers[name] = value;
  });
  return { numbers, ...end };
}

describe('a dict as Python prints one', () => {
  it.each<[string, string, Record<string, number>]>([
    [
      'numbers',
      "{'a': 1, 'b': -2.5, 'c': 5e-05, 'd': 1.771e+04, 'e': .5, 'f': 3.}",
      { a: 1, b: -2.5, c: 5e-5, d: 17_710, e: 0.5, f: 3 },
    ],
    [
      'words for what is not finite',
      "{'a': nan, 'b': inf, 'c': -inf}",
      { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY },
    ],
    [
      'strings that spell a number',
      "{'a': '1.771e+04', 'b': 'nan', 'c': '-inf', 'd': 'x', 'e': ''}",
      { a: 17_710, b: Number.NaN, c: Number.NEGATIVE_INFINITY },
    ],
    [
      'reprs of numpy and torch',
      "{'a': np.float64(0.5), 'b': np.float32(nan), 'c': tensor(2.5, device='cuda:0'), 'd': array([1, 2])}",
      { a: 0.5, b: Number.NaN, c: 2.5 },
    ],
    [
      'what is no number',
      "{'a': None, 'b': True, 'c': {'loss': 5}, 'd': [1, (2, '}')], 'e': <class 'x'>}".replace(
        ", 'e': <class 'x'>",
        '',
      ),
      {},
    ],
    ['quotes and escapes in names', String.raw`{"it's": 1, 'a\'b': 2}`, { "it's": 1, "a'b": 2 }],
    ['nothing', '{}', {}],
    ['a comma at the end', "{'a': 1, }", { a: 1 }],
    ['a name twice: the last', "{'a': 1, 'a': 2}", { a: 2 }],
  ])('%s', (_, text, numbers) => {
    expect(read(text)).toEqual({ numbers, state: 'whole', at: text.length });
  });

  it('gives the number that its digits spell', () => {
    const spelling = fc
      .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 17 }), fc.boolean())
      .map(([value, digits, isPower]) => (isPower ? value.toExponential(digits - 1) : value.toPrecision(digits)))
      .map((text) => text.replace(/e([-+])(\d)$/, 'e$10$2'));
    fc.assert(
      fc.property(spelling, (text) => {
        expect(read(`{'a': ${text}, 'b': '${text}', 'c': ${text}}`).numbers).toEqual({
          a: Number(text),
          b: Number(text),
          c: Number(text),
        });
      }),
    );
  });

  it('keeps names apart that came at the same place', () => {
    expect(read("{'abc': 1}").numbers).toEqual({ abc: 1 });
    expect(read("{'abd': 1}").numbers).toEqual({ abd: 1 });
    expect(read(String.raw`{'x\\ny': 1}`).numbers).toEqual({ 'x\\ny': 1 });
    expect(read(String.raw`{'x\ny': 1}`).numbers).toEqual({ xny: 1 });
  });

  it('ends where it ends, and begins anywhere', () => {
    expect(read("x {'a': 1} y", 2)).toEqual({ numbers: { a: 1 }, state: 'whole', at: 10 });
  });

  it('is cut wherever its text ends', () => {
    const text = "{'loss': 0.5, 'b': np.float64(1.5), 'c': 'nan', 'd': [1, {'e': 2}], 'f': 5e-05, 'g': -inf}";
    for (let length = 1; length < text.length; length++)
      expect(read(text.slice(0, length)).state, `${length}`).toBe('cut');
  });

  it.each([
    ["{'a': 1 'b': 2}", 8],
    ["{'a' 1}", 5],
    ['{a: 1}', 1],
    ["{'a': }", 6],
    ["{'a': 1.5.2}", 6],
    ["{'a': [1}]}", 8],
  ])('is broken: %s', (text, at) => {
    expect(read(text)).toMatchObject({ state: 'broken', at });
  });
});
