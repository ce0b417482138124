/** When to try the connection again: soon at first, then ever more rarely, never all pages at the same moment. */
const FIRST_DELAY_MS = 500;
export const MAX_DELAY_MS = 15_000;
/** A connection that held this long was a good one: the next loss starts over with short delays. */
export const GOOD_AFTER_MS = 10_000;

/** Delay before attempt number `failures` (from 1); `random` is in [0, 1) and takes off up to a third. */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 30), MAX_DELAY_MS);
  return Math.round(full * (1 - random / 3));
}

/** Failures in a row after a connection ended; `liveMs` is how long it was live, null when it never was. */
export function failuresAfter(failures: number, liveMs: number | null): number {
  return liveMs !== null && liveMs >= GOOD_AFTER_MS ? 1 : failures + 1;
}
