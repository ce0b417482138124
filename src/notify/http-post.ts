import { errorCode } from './error-code.ts';
import { httpOutcome } from './http-outcome.ts';
import type { Outcome } from './receiver.ts';

export interface JsonPost {
  /** http or https; a user and password in it are sent as basic authentication. */
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole exchange, redirects and the answer's body included. */
  readonly timeoutMs: number;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** For those who answer 200 with an error inside: judges the beginning of the body, at most 64 KiB. Else it is not read. */
  judge?(body: string): Outcome;
}

const MOST_REDIRECTS = 3;
const MOST_BODY_BYTES = 65_536;

/**
 * Posts JSON once and says what became of it; network errors and time-outs are worth another attempt. Redirects are
 * followed, as POST, within one host. Throws nothing; no reason holds any part of the address or of the answer.
 */
export async function postJson(post: JsonPost): Promise<Outcome> {
  const { address, authorization } = splitCredentials(post.url);
  const init: RequestInit = {
    method: 'POST',
    body: post.body,
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'nanwatch', ...authorization, ...post.headers },
    redirect: 'manual',
    signal: AbortSignal.any([post.signal, AbortSignal.timeout(post.timeoutMs)]),
  };
  try {
    const response = await follow(address, init);
    const outcome = httpOutcome(response.status, response.headers, post.nowMs);
    if (outcome.kind === 'delivered' && post.judge !== undefined) return post.judge(await beginning(response));
    await response.body?.cancel().catch(() => {});
    return outcome;
  } catch (error) {
    return { kind: 'retry', reason: failure(error, post) };
  }
}

/** The answer at the end of the redirects, or the first redirect that may not be followed. */
async function follow(address: URL, init: RequestInit): Promise<Response> {
  let at = address;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(at, init);
    const next = redirects < MOST_REDIRECTS ? target(response, at) : null;
    if (next === null) return response;
    await response.body?.cancel().catch(() => {});
    at = next;
  }
}

/**
 * Where a redirect leads when it may be followed: on the same host and port, or from http to https on the same host.
 * 303 is not followed: it says that another address is to be read, not that this one has moved.
 */
function target(response: Response, from: URL): URL | null {
  if (![301, 302, 307, 308].includes(response.status)) return null;
  const location = response.headers.get('location');
  const to = location ? URL.parse(location, from.href) : null;
  if (to === null || to.hostname !== from.hostname || to.username !== '' || to.password !== '') return null;
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:';
  return isUpgrade || to.origin === from.origin ? to : null;
}

/** What an answer begins with; the rest is never held. */
async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_BODY_BYTES) break; // leaving the loop cancels the body
  }
  return Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString();
}

/** What is wrong with a certificate, in words, by the code of the error. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself; name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of the certificate is not known; name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of the certificate is not known; name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of the certificate is not known; name it in NODE_EXTRA_CA_CERTS',
};

function failure(error: unknown, { signal, timeoutMs }: JsonPost): string {
  if (signal.aborted) return 'stopped';
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const code = errorCode(error);
  const words = CERTIFICATE[code];
  return words === undefined ? code : `${code}: ${words}`;
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

/** Loads what the first request needs, which Node does only when it is asked for: 50 ms that an alert need not wait. */
export function getReady(): void {
  void globalThis.Headers;
}
