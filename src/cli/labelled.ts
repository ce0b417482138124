import pc from 'picocolors';

const WIDTH = Math.min(100, Math.max(60, process.stdout.columns || 100));

const LABEL = 12;

/** Holds two words together on one line. */
export const TIE = '\u00a0';

/** A label in a column of its own, the text beside it, wrapped. Characters of Chinese are two columns wide. */
export function labelled(margin: number, label: string, text: string): string[] {
  const indent = margin + LABEL;
  const lines = wrap(text, WIDTH - indent).map((line) => line.replaceAll(TIE, ' '));
  const pad = ' '.repeat(Math.max(1, LABEL - columns(label)));
  return lines.map((line, place) =>
    place === 0 ? `${' '.repeat(margin)}${pc.dim(label)}${pad}${line}` : ' '.repeat(indent) + line,
  );
}

/** A word, or a Chinese character, with the marks that must not begin a line. */
const WORD = /(?:[\u2e80-\uffef]|(?:[^\s\u2e80-\uffef]|\u00a0)+)[。，、；：！？）」』】]*\s*|\s+/g;

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(WORD) ?? []) {
    if (line !== '' && columns(line) + columns(word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

function columns(text: string): number {
  let width = 0;
  for (const character of text) width += /[\u2e80-\uffef]/.test(character) ? 2 : 1;
  return width;
}
