import { SEVERITIES } from '../model/alert.ts';
import type { Case } from './case.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Gathers the open incidents of a family into one group and says which of them leads: the most severe, then the one
 * that opened first, then the one whose alert stands first. The others are inhibited by it.
 *
 * @returns the cases whose group or leader changed
 */
export function lead(open: readonly Lifecycle[]): Case[] {
  const changed: Case[] = [];
  for (const family of new Set(open.map(({ kind }) => kind.family))) {
    const cases = open
      .flatMap(({ kind, open: found }) => (kind.family === family && found !== null ? [found] : []))
      .sort((a, b) => a.order - b.order);
    const group = cases.find((one) => one.group !== one.id)?.group ?? cases[0]?.group;
    const leader = cases.reduce((best, one) => (rank(one) > rank(best) ? one : best));
    for (const one of cases) {
      const under = one === leader ? null : leader;
      if (one.leader === under && one.group === group) continue;
      one.leader = under;
      one.group = group ?? one.id;
      changed.push(one);
    }
  }
  return changed;
}

function rank(one: Case): number {
  return SEVERITIES.indexOf(one.severity);
}
