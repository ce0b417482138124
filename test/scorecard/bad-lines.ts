import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BadReason } from '../../src/formats/format.ts';
import { formatOf } from '../../src/formats/index.ts';

/** Lines of one file that are no records for one reason. */
export interface BadLines {
  /** Relative to the folder. */
  readonly file: string;
  readonly format: string;
  readonly reason: BadReason;
  readonly lines: readonly number[];
  readonly why: string;
}

const WHY: Readonly<Record<BadReason, string>> = {
  oversize: 'longer than anything a trainer writes',
  'not-json': 'no JSON',
  'not-a-record': 'no step',
  incomplete: 'the file ends inside it',
  'not-yaml': 'no YAML',
  'bad-checksum': 'its bytes are damaged',
  binary: 'no text',
  internal: 'an error of nanwatch itself',
};

/** Reads every log under `folder`, each in one piece. */
export function badLinesIn(folder: string): BadLines[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ name, parentPath }) => badLinesOf(folder, join(parentPath, name), name));
}

function badLinesOf(folder: string, path: string, name: string): BadLines[] {
  const format = formatOf(name);
  if (format === undefined) return [];
  const found = new Map<BadReason, number[]>();
  const reader = format.open({
    record() {},
    event() {},
    context() {},
    lines() {},
    bad: (reason, line) => {
      found.set(reason, [...(found.get(reason) ?? []), line]);
    },
  });
  reader.push(readFileSync(path));
  reader.end();
  return [...found].map(([reason, lines]) => ({
    file: relative(folder, path),
    format: format.name,
    reason,
    lines,
    why: format.name === 'hf-console' && reason === 'not-a-record' ? 'no dict that Python prints' : WHY[reason],
  }));
}
