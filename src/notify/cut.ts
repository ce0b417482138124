const ELLIPSIS = '…';

/**
 * Cuts a text that is too long, never within a character as people see it, and ends it with an ellipsis then.
 *
 * @param most what there is room for, as `size` counts
 * @param size of a text; that of two pieces is the sum of theirs
 */
export function cut(text: string, most: number, size: (piece: string) => number = ({ length }) => length): string {
  if (size(text) <= most) return text;
  const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const room = most - size(ELLIPSIS);
  let used = 0;
  let kept = '';
  for (const { segment } of characters.segment(text)) {
    used += size(segment);
    if (used > room) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ELLIPSIS}`;
}

/** For limits that count bytes of UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
