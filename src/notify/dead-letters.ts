import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Notice } from '../model/notice.ts';
import { prepareFile } from './outbox-file.ts';
import type { Pending } from './outbox-rows.ts';

/** A notification that was given up, and why. Times are milliseconds since the epoch. */
export interface DeadLetter {
  readonly id: number;
  readonly receiver: string;
  readonly notice: Notice;
  readonly seq: number;
  readonly createdMs: number;
  readonly attempts: number;
  readonly droppedMs: number;
  readonly reason: string;
  /** Somebody wants it sent again. */
  readonly asked: boolean;
}

const FILE = 'dropped.sqlite';
const MOST_LETTERS = 10_000;
const LOCK_WAIT_MS = 500;

const TABLE = `CREATE TABLE IF NOT EXISTS dropped (
  id INTEGER PRIMARY KEY AUTOINCREMENT, receiver TEXT NOT NULL, incident_id TEXT NOT NULL, seq INTEGER NOT NULL,
  notice TEXT NOT NULL, created_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, dropped_ms INTEGER NOT NULL,
  reason TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 0, UNIQUE (receiver, incident_id, seq)) STRICT`;
const ADD = `INSERT OR REPLACE INTO dropped
  (receiver, incident_id, seq, notice, created_ms, attempts, dropped_ms, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * What was given up. It lies in a file of its own beside the outbox, locked for moments only: so that
 * `nanwatch notifications` can read it, and ask for another attempt, while an agent holds the outbox.
 */
export class DeadLetters {
  readonly #database: DatabaseSync;

  /** @param folder the state folder; null keeps them in memory */
  constructor(folder: string | null) {
    const file = folder === null ? ':memory:' : join(folder, FILE);
    if (folder !== null) prepareFile(file);
    this.#database = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
    this.#database.exec(TABLE);
  }

  /** Whether there is a file to look into. */
  static existIn(folder: string): boolean {
    return existsSync(join(folder, FILE));
  }

  add({ receiver, notice, seq, createdMs, attempts }: Pending, reason: string, nowMs: number): void {
    const times = [createdMs, attempts, nowMs].map(Math.round);
    this.#database.prepare(ADD).run(receiver, notice.incidentId, seq, JSON.stringify(notice), ...times, reason);
    this.#database.exec(`DELETE FROM dropped WHERE id <= (SELECT max(id) FROM dropped) - ${MOST_LETTERS}`);
  }

  /** From the oldest to the newest. */
  list(): DeadLetter[] {
    return this.#database.prepare('SELECT * FROM dropped ORDER BY id').all().map(toLetter);
  }

  /** Asks the agent to send again what one receiver did not get, or all of it. Returns how many that are. */
  ask(receiver: string | null): number {
    const sql = 'UPDATE dropped SET asked = 1 WHERE ?1 IS NULL OR receiver = ?1';
    return Number(this.#database.prepare(sql).run(receiver).changes);
  }

  /** What is to be sent again, from the oldest to the newest. */
  asked(): DeadLetter[] {
    return this.#database.prepare('SELECT * FROM dropped WHERE asked = 1 ORDER BY id').all().map(toLetter);
  }

  remove(id: number): void {
    this.#database.prepare('DELETE FROM dropped WHERE id = ?').run(id);
  }

  prune(beforeMs: number): void {
    this.#database.prepare('DELETE FROM dropped WHERE dropped_ms < ?').run(Math.round(beforeMs));
  }

  close(): void {
    this.#database.close();
  }
}

function toLetter(row: Record<string, unknown>): DeadLetter {
  return {
    id: Number(row.id),
    receiver: String(row.receiver),
    notice: JSON.parse(String(row.notice)),
    seq: Number(row.seq),
    createdMs: Number(row.created_ms),
    attempts: Number(row.attempts),
    droppedMs: Number(row.dropped_ms),
    reason: String(row.reason),
    asked: row.asked === 1,
  };
}
