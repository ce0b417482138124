import { median } from './baselines.ts';
import type { Delay, JudgedTrouble } from './judge.ts';
import { KINDS } from './kinds.ts';
import { table } from './table.ts';

/** How late what must be found is found. */
export function delays(all: readonly JudgedTrouble[]): string {
  const rows = KINDS.flatMap((kind) => {
    const found = all.flatMap(({ trouble, delay }) =>
      trouble.kind === kind && trouble.required && delay !== null ? [delay] : [],
    );
    return found.length === 0
      ? []
      : [[kind, found.length, ...middleAndWorst(found, 'named'), ...middleAndWorst(found, 'told')]];
  });
  return table(['kind', 'found', 'named, median', 'named, most', 'told, median', 'told, most'], rows);
}

function middleAndWorst(found: readonly Delay[], which: keyof Delay): (number | string)[] {
  const known = found.flatMap((delay) => delay[which] ?? []);
  return known.length === 0 ? ['', ''] : [median(known), Math.max(...known)];
}
