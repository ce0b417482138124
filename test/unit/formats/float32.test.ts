import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubleOfFloat32 } from '../../../src/formats/framing/float32.ts';

describe('a float32', () => {
  it.each([0.1, 5e-5, 1.2345, 2.0137, 9.99e-5, 1e-10, 3e-30, 1.5e30, 0.333333, -0.0625, 16_777_216, 0, -0])(
    'of %d is %d again',
    (value) => {
      expect(doubleOfFloat32(Math.fround(value))).toBe(Math.abs(value) >= 1e9 ? Math.fround(value) : value);
    },
  );

  it('of a decimal of six digits is that decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100_000, max: 999_999 }), fc.integer({ min: -30, max: 2 }), (digits, power) => {
        const value = Number(`${digits}e${power - 5}`);
        expect(doubleOfFloat32(Math.fround(value))).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps its own value', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(Math.fround(doubleOfFloat32(value))).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });
});
