import { SEVERITIES } from '../model/alert.ts';
import type { Case } from './case.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Gathers the open incidents of a family into one group and says which of them leads: the most severe, then the most
 * telling, then the one that opened first. The others are inhibited by it.
 *
 * @returns the cases whose group or leader changed
 */
export function lead(open: readonly Lifecycle[]): Case[] {
  const changed: Case[] = [];
  for (const family of new Set(open.map(({ kind }) => kind.family))) {
    const members = open.filter(({ kind }) => kind.family === family);
    const cases = members
      .flatMap(({ open: found }) => (found === null ? [] : [found]))
      .sort((a, b) => a.order - b.order);
    const weight = (one: Case) =>
      rank(
        one,
        members.find(({ open: found }) => found === one),
      );
    const group = cases.find((one) => one.group !== one.id)?.group ?? cases[0]?.group;
    const leader = cases.reduce((best, one) => (weight(one) > weight(best) ? one : best));
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

function rank({ severity }: Case, lifecycle: Lifecycle | undefined): number {
  return SEVERITIES.indexOf(severity) * RANKS + (lifecycle?.kind.rank ?? 0);
}

/** More than any kind's rank. */
const RANKS = 10;
