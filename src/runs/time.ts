import type { Run } from './run.ts';

/**
 * When something logged happened, in ms since the epoch. The log has no clock time, only seconds since the attempt
 * began; the newest record of an attempt that was followed live, or the file's last change, tells when that was.
 *
 * @param moment.attempt index from 0
 * @param moment.elapsed seconds in the attempt, NaN when unknown: then the time of arrival is all there is
 */
export function timeOf(
  run: Run,
  moment: { readonly attempt: number; readonly elapsed: number; readonly arrivedMs: number },
): number {
  if (Number.isNaN(moment.elapsed)) return moment.arrivedMs;
  return Math.min(moment.arrivedMs, run.attemptLog.startOf(moment.attempt) + moment.elapsed * 1000);
}
