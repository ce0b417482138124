import type { Run } from './run.ts';

/**
 * When something logged happened, in ms since the epoch. The log has no clock time, only seconds since the attempt
 * began; the newest record of an attempt that was followed live, or the file's last change, tells when that was. Where
 * that leads back before 1970 the trainer's clock is nonsense, and the time of arrival is all there is.
 *
 * @param moment.attempt index from 0
 * @param moment.elapsed seconds in the attempt, NaN when unknown
 */
export function timeOf(
  run: Run,
  moment: { readonly attempt: number; readonly elapsed: number; readonly arrivedMs: number },
): number {
  if (Number.isNaN(moment.elapsed)) return moment.arrivedMs;
  const loggedMs = run.attemptLog.startOf(moment.attempt) + moment.elapsed * 1000;
  return loggedMs < 0 ? moment.arrivedMs : Math.min(moment.arrivedMs, loggedMs);
}
