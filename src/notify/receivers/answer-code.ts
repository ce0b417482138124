import type { Outcome } from '../receiver.ts';

/** What the codes mean with which a service answers, under a status of 200 too. */
export interface CodeTable {
  /** Where the code stands; 0 is success. */
  readonly field: string;
  /** Codes that another attempt may cure; any other is final. */
  readonly busy: ReadonlySet<number>;
  /** Codes that ask for slower sending, and how long to wait then. */
  readonly limited: ReadonlySet<number>;
  readonly pauseMs: number;
  /** What is wrong, and what helps. */
  readonly words: Readonly<Record<number, string>>;
}

/** What became of a message, by the body of the answer. No word of the other side is repeated. */
export function judgeCode(body: string, { field, busy, limited, pauseMs, words }: CodeTable): Outcome {
  const code = jsonObject(body)[field];
  if (typeof code !== 'number') {
    return { kind: 'retry', reason: `an answer without ${field}: is the address right?` };
  }
  if (code === 0) return { kind: 'delivered' };
  const reason = [`${field} ${code}`, words[code]].filter(Boolean).join(': ');
  if (limited.has(code)) return { kind: 'retry', reason, retryAfterMs: pauseMs };
  return { kind: busy.has(code) ? 'retry' : 'dropped', reason };
}

/** An answer as far as it is a JSON object; empty for any other. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
