import type { SQLOutputValue } from 'node:sqlite';
import type { Severity } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';

/** What a receiver was last told about an incident. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly severity: Severity;
  /** Notifications made so far; 0 when it is only remembered, as history is. */
  readonly seq: number;
  /** It was sent as firing, and its end was neither sent nor remembered. */
  readonly open: boolean;
  /** When the last notification was made, or it was remembered. Milliseconds since the epoch. */
  readonly atMs: number;
}

/** A notification that is not delivered yet. Times are milliseconds since the epoch. */
export interface Pending {
  readonly id: number;
  readonly receiver: string;
  readonly notice: Notice;
  readonly seq: number;
  readonly createdMs: number;
  readonly attempts: number;
  readonly nextAttemptMs: number;
}

/** Milliseconds since the epoch. */
export interface When {
  readonly nowMs: number;
  /** It is not sent before. */
  readonly dueMs: number;
}

export type Row = Record<string, SQLOutputValue>;

/** One row of `told`. */
export function toTold(row: Row): Told {
  return {
    status: row.status as Told['status'],
    severity: row.severity as Severity,
    seq: Number(row.seq),
    open: row.open === 1,
    atMs: Number(row.at_ms),
  };
}

/** One row of `pending`. */
export function toPending(row: Row): Pending {
  return {
    id: Number(row.id),
    receiver: String(row.receiver),
    notice: JSON.parse(String(row.notice)),
    seq: Number(row.seq),
    createdMs: Number(row.created_ms),
    attempts: Number(row.attempts),
    nextAttemptMs: Number(row.next_attempt_ms),
  };
}
