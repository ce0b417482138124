const FIRST_MS = 500;
const MOST_MS = 60_000;

/**
 * How long to wait after the n-th failure in a row (n from 1): 0.5 s doubling to at most 60 s, of which the upper half
 * is random, so that many agents that lost one receiver do not come back to it at the same moment.
 *
 * @param random from 0 (inclusive) to 1, like `Math.random`
 */
export function backoffMs(failures: number, random: () => number): number {
  const fullMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(fullMs * (0.5 + 0.5 * random()));
}
