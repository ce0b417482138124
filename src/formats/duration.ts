const DURATION = /^(?:(\d{1,6}) +days?, +)?(\d{1,6}):([0-5]\d):([0-5]\d)(?:\.\d+)?$/;

/** No duration is written longer than this; what claims to be one is garbage. */
const MAX_LENGTH = 40;

/**
 * Reads a duration as Python's `str(timedelta)` writes it: `0:00:02`, `1 day, 2:03:04`, `12 days, 0:00:00`.
 *
 * @returns seconds, or undefined when the text is something else (LLaMA-Factory sometimes leaves it empty).
 */
export function parseDuration(text: string): number | undefined {
  const match = text.length > MAX_LENGTH ? null : DURATION.exec(text.trim());
  if (match === null) return undefined;
  const [, days = '0', hours, minutes, seconds] = match;
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
