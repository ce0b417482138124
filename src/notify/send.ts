import { errorCode } from './error-code.ts';
import { idempotencyKey } from './idempotency.ts';
import type { Pending } from './outbox-rows.ts';
import type { ConfiguredReceiver, Outcome, SendContext } from './receiver.ts';

/**
 * Lets a receiver send once. Throws nothing, and comes back within `maxMs` even if the receiver does not: what still
 * goes on in it then is aborted, and its outcome of no interest.
 */
export async function send(
  { options: { name }, receiver }: ConfiguredReceiver,
  { notice, seq }: Pending,
  request: Pick<SendContext, 'externalUrl' | 'nowMs' | 'signal'>,
  maxMs: number,
): Promise<Outcome> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), maxMs);
  const gaveUp = new Promise<Outcome>((resolve) => {
    const outcome = { kind: 'retry', reason: `the receiver gave no outcome within ${maxMs} ms` } as const;
    late.signal.addEventListener('abort', () => resolve(outcome));
  });
  try {
    const sent = receiver.send(notice, {
      ...request,
      receiverName: name,
      idempotencyKey: idempotencyKey(name, notice, seq),
      signal: AbortSignal.any([request.signal, late.signal]),
    });
    return await Promise.race([sent, gaveUp]);
  } catch (error) {
    return { kind: 'retry', reason: `the receiver failed: ${errorCode(error)}` };
  } finally {
    clearTimeout(timer);
  }
}
