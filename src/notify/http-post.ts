import { errorCode } from './error-code.ts';
import { httpOutcome } from './http-outcome.ts';
import type { Outcome } from './receiver.ts';

export interface JsonPost {
  /** http or https; a user and password in it are sent as basic authentication. */
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON once and says what became of it; network errors and time-outs are worth another attempt. The answer's body
 * is never read. Throws nothing; no reason holds any part of the address.
 */
export async function postJson(post: JsonPost): Promise<Outcome> {
  const { address, authorization } = splitCredentials(post.url);
  try {
    const response = await fetch(address, {
      method: 'POST',
      body: post.body,
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'nanwatch', ...authorization, ...post.headers },
      redirect: 'manual',
      signal: AbortSignal.any([post.signal, AbortSignal.timeout(post.timeoutMs)]),
    });
    await response.body?.cancel().catch(() => {});
    return httpOutcome(response.status, response.headers, post.nowMs);
  } catch (error) {
    return { kind: 'retry', reason: failure(error, post) };
  }
}

function failure(error: unknown, { signal, timeoutMs }: JsonPost): string {
  if (signal.aborted) return 'stopped';
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return errorCode(error);
}

/** fetch refuses an address with credentials, and quotes it in the refusal. */
function splitCredentials(url: string): { address: URL; authorization: Record<string, string> } {
  const address = new URL(url);
  if (address.username === '' && address.password === '') return { address, authorization: {} };
  const pair = `${decoded(address.username)}:${decoded(address.password)}`;
  address.username = '';
  address.password = '';
  return { address, authorization: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** Percent-encoded text as it was meant; text with a lone percent sign as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
