import type { Outcome } from './receiver.ts';

const MOST_RETRY_AFTER_MS = 3_600_000;
/** Client errors that another attempt may cure: request timeout, too early, too many requests. */
const RETRIED_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * What an HTTP status means for a notification: 2xx delivered; 408, 425, 429 and 5xx retried, honouring `Retry-After`;
 * everything else dropped, also a redirect that leads to another host: an address that moved is for the operator to correct.
 *
 * @param nowMs milliseconds since the epoch, for a `Retry-After` that is a date and has no `Date` beside it
 */
export function httpOutcome(status: number, headers: Headers, nowMs: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status >= 500 || RETRIED_CLIENT_ERRORS.has(status)) {
    const retryAfterMs = retryAfter(headers, nowMs);
    return { kind: 'retry', reason: `HTTP ${status}`, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: 'dropped',
      reason: `HTTP ${status}: redirects are followed on the same host only; configure the final address`,
    };
  }
  return { kind: 'dropped', reason: `HTTP ${status}` };
}

/** The pause that `Retry-After` asks for, in milliseconds, at most an hour; undefined without a valid one. */
function retryAfter(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  const pauseMs = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - sentAt(headers, nowMs);
  if (Number.isNaN(pauseMs)) return undefined;
  return Math.min(Math.max(pauseMs, 0), MOST_RETRY_AFTER_MS);
}

/** When the answer was written by the clock of the one who wrote it: two clocks may differ by hours. */
function sentAt(headers: Headers, nowMs: number): number {
  const date = httpDate(headers.get('date') ?? '');
  return Number.isNaN(date) ? nowMs : date;
}

/** `Date.parse` alone takes `1.5` for a day in January. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
