import { createHash } from 'node:crypto';
import type { Notice } from '../model/notice.ts';

/**
 * The key under which a receiver knows a notification again: the same for every attempt and after a restart, different
 * for every transition. Status and severity are part of it, since a store in memory counts from the beginning again.
 */
export function idempotencyKey(receiver: string, notice: Notice, seq: number): string {
  const identity = JSON.stringify([receiver, notice.incidentId, seq, notice.status, notice.severity]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
