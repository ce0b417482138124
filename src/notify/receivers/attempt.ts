import type { Notice } from '../../model/notice.ts';
import { FileOptionError } from '../file-option.ts';
import type { JsonPost } from '../http-post.ts';
import type { Outcome, Receiver, SendContext } from '../receiver.ts';

/** A receiver that makes an attempt like this. A file that gives no value now may give one later. */
export function receiver(attempt: (notice: Notice, context: SendContext) => Promise<Outcome>): Receiver {
  return {
    async send(notice, context) {
      try {
        return await attempt(notice, context);
      } catch (error) {
        if (error instanceof FileOptionError) return { kind: 'retry', reason: error.message };
        throw error;
      }
    },
  };
}

/** A request of one attempt. */
export function jsonPost(
  url: string,
  body: unknown,
  timeoutMs: number,
  { nowMs, signal }: SendContext,
  headers: Readonly<Record<string, string>> = {},
): JsonPost {
  return { url, body: typeof body === 'string' ? body : JSON.stringify(body), headers, timeoutMs, nowMs, signal };
}
