import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextCache } from '../../../src/formats/framing/text-cache.ts';

it('gives every text as it is, whichever texts came before', () => {
  const text = fc.oneof(fc.stringMatching(/^[ab]{0,6}$/), fc.string({ unit: 'grapheme', maxLength: 120 }));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), fc.nat(5), (texts, offset) => {
      const cache = new TextCache();
      for (const one of texts) {
        const bytes = Buffer.concat([Buffer.alloc(offset, 'x'), Buffer.from(one), Buffer.from('y')]);
        expect(cache.read(bytes, offset, bytes.length - 1)).toBe(bytes.toString('utf8', offset, bytes.length - 1));
      }
    }),
    { numRuns: 500 },
  );
});
