import { errorCode } from './error-code.ts';
import { httpOutcome } from './http-outcome.ts';
import type { JsonPost } from './http-post.ts';
import type { Outcome } from './receiver.ts';

/** More than any of these services says; what is longer is not understood. */
const LONGEST_ANSWER = 65_536;

/** What the other side answered, as far as it is a JSON object. */
export type JsonAnswer = Readonly<Record<string, unknown>>;

/**
 * Posts JSON once to a service that says in the body of its answer what became of it, often under a status of 200.
 * Throws nothing; no reason holds any part of the address or of the answer.
 *
 * @param judge says what became of it, from what the status alone means and the answer; null for one that is no object
 */
export async function postForAnswer(
  post: JsonPost,
  judge: (outcome: Outcome, answer: JsonAnswer | null) => Outcome,
): Promise<Outcome> {
  try {
    const response = await fetch(post.url, {
      method: 'POST',
      body: post.body,
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'nanwatch', ...post.headers },
      redirect: 'manual',
      signal: AbortSignal.any([post.signal, AbortSignal.timeout(post.timeoutMs)]),
    });
    const answer = await read(response);
    return judge(httpOutcome(response.status, response.headers, post.nowMs), answer);
  } catch (error) {
    if (post.signal.aborted) return { kind: 'retry', reason: 'stopped' };
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { kind: 'retry', reason: isLate ? `no answer within ${post.timeoutMs} ms` : errorCode(error) };
  }
}

/** What a code in the body of an answer means; of any other it is dropped. */
export interface CodeTable {
  /** Where the code stands. */
  readonly field: string;
  /** Codes that another attempt may cure. */
  readonly retried: ReadonlySet<number>;
  /** Codes of those that ask for slower sending. */
  readonly limited: ReadonlySet<number>;
  /** How long to wait then. */
  readonly pauseMs: number;
  /** What is wrong, and what helps. */
  readonly words: Readonly<Record<number, string>>;
}

/** What became of a message to a service that answers with a code, 0 for success. */
export function judgeCode(outcome: Outcome, answer: JsonAnswer | null, table: CodeTable): Outcome {
  const code = answer?.[table.field];
  if (typeof code !== 'number') {
    return outcome.kind === 'delivered'
      ? { kind: 'retry', reason: `an answer without ${table.field}: is the address right?` }
      : outcome;
  }
  if (code === 0) return outcome;
  const reason = [`${table.field} ${code}`, table.words[code]].filter(Boolean).join(': ');
  if (table.limited.has(code)) return { kind: 'retry', reason, retryAfterMs: table.pauseMs };
  return table.retried.has(code) || outcome.kind === 'retry' ? { kind: 'retry', reason } : { kind: 'dropped', reason };
}

/** Stops reading, and with it the connection, where the answer is longer than it can be. */
async function read(response: Response): Promise<JsonAnswer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_ANSWER) return null;
    chunks.push(chunk);
  }
  try {
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof answer === 'object' && answer !== null ? (answer as JsonAnswer) : null;
  } catch {
    return null;
  }
}
