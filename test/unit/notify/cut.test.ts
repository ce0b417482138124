import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, cut } from '../../../src/notify/cut.ts';

test('leaves alone what fits', () => {
  expect(cut('loss is 0', 9)).toBe('loss is 0');
  expect(cut('损失为零', 12, bytesOf)).toBe('损失为零');
});

test('ends with an ellipsis what does not', () => {
  expect(cut('loss is 0', 8)).toBe('loss is…');
  expect(cut('损失为零', 11, bytesOf)).toBe('损失…');
});

test('does not cut within a character', () => {
  expect(cut('a👨‍👩‍👧‍👦b', 8)).toBe('a…');
  expect(cut('e\u0301e\u0301e\u0301', 4)).toBe('e\u0301…');
  expect(cut('🇩🇪🇨🇳🇫🇷', 9)).toBe('🇩🇪🇨🇳…');
});

test('keeps the limit, and is a beginning of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 3, max: 80 }), (text, most) => {
      for (const size of [bytesOf, (piece: string) => piece.length]) {
        const shortened = cut(text, most, size);
        expect(size(shortened)).toBeLessThanOrEqual(most);
        expect(text.startsWith(shortened.replace(/…$/, '')) || shortened === text).toBe(true);
      }
    }),
  );
});
