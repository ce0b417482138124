/**
 * A string in JSON, or one of the words that Python writes for numbers that are not finite. A string that is never
 * closed reaches to the end, so that garbage costs no more time than a record.
 */
const STRING_OR_NONFINITE = /"(?:[^"\\]|\\.)*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/gs;

/** A longer text spells no number. */
const MAX_NUMBER_LENGTH = 64;

/**
 * Parses one line that Python's `json.dumps` wrote: JSON, and the bare words `NaN`, `Infinity` and `-Infinity`, which
 * come back as the strings of that name. A byte-order mark may stand before it, other text not.
 *
 * @returns the object, or null when the line holds no JSON object.
 */
export function parseJsonLine(line: string): Readonly<Record<string, unknown>> | null {
  const text = line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
  const json = /NaN|Infinity/.test(text)
    ? text.replace(STRING_OR_NONFINITE, (word) => (word.startsWith('"') ? word : `"${word}"`))
    : text;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/**
 * The number that a logged value stands for: a number, or a string that spells one (`"123.45"`, `"nan"`, `"-inf"`).
 *
 * @returns undefined for anything else, null and the empty string included.
 */
export function loggedNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > MAX_NUMBER_LENGTH) return undefined;
  const text = value.trim().toLowerCase();
  if (text === 'nan') return Number.NaN;
  if (text === 'inf' || text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-inf' || text === '-infinity') return Number.NEGATIVE_INFINITY;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text)) return undefined;
  return Number(text);
}
