import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Severity } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';

/** What a receiver was last told about an incident. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly severity: Severity;
  /** Notifications made so far; 0 when it is only remembered, as history is. */
  readonly seq: number;
}

/** A notification that is not delivered yet. Times are milliseconds since the epoch. */
export interface Pending {
  readonly id: number;
  readonly notice: Notice;
  readonly seq: number;
  readonly createdMs: number;
  readonly attempts: number;
  readonly nextAttemptMs: number;
}

type Row = Record<string, SQLOutputValue>;

/** The layout that this version reads and writes, kept in `user_version`. */
export const LAYOUT = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS runs (
    run_key TEXT PRIMARY KEY, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS told (
    incident_id TEXT NOT NULL, receiver TEXT NOT NULL, run_key TEXT NOT NULL, status TEXT NOT NULL,
    severity TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, notice TEXT NOT NULL,
    PRIMARY KEY (incident_id, receiver)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pending (
    id INTEGER PRIMARY KEY AUTOINCREMENT, receiver TEXT NOT NULL, incident_id TEXT NOT NULL, seq INTEGER NOT NULL,
    notice TEXT NOT NULL, created_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_ms INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX IF NOT EXISTS pending_by_receiver ON pending (receiver, id);
  PRAGMA user_version = ${LAYOUT};`;

const REMEMBER_RUN = `INSERT INTO runs VALUES (?1, ?2, ?2)
  ON CONFLICT DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`;
const TOUCH_RUN = 'UPDATE runs SET last_seen_ms = max(last_seen_ms, ?2) WHERE run_key = ?1';
const TELL = `INSERT INTO told (incident_id, receiver, run_key, status, severity, seq, at_ms, notice)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET status = excluded.status, severity = excluded.severity, seq = excluded.seq,
  at_ms = excluded.at_ms, notice = excluded.notice`;
const OPEN = `SELECT notice FROM told WHERE run_key = ? AND receiver = ? AND status = 'firing' AND seq > 0`;
const NEW_PENDING = 'INSERT INTO pending (receiver, incident_id, seq, notice, created_ms) VALUES (?, ?, ?, ?, ?)';
const HEAD = 'SELECT * FROM pending WHERE receiver = ? ORDER BY id LIMIT 1';
const COUNT = 'SELECT count(*) AS n FROM pending WHERE receiver = ?';
/** The very oldest stays: it may be on its way. */
const DROP_OLDEST = `DELETE FROM pending WHERE id IN
  (SELECT id FROM pending WHERE receiver = ? ORDER BY id LIMIT ? OFFSET 1)`;
const FORGET_TOLD = 'DELETE FROM told WHERE at_ms < ? AND run_key NOT IN (SELECT run_key FROM runs)';

/** The statements of the outbox over one open database. Every method may throw SQLite's errors. */
export class OutboxTables {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#atomically(() => database.exec(TABLES));
  }

  firstSeen(runKey: string): number | null {
    const row = this.#get('SELECT first_seen_ms FROM runs WHERE run_key = ?', runKey);
    return row === undefined ? null : Number(row.first_seen_ms);
  }

  rememberRun(runKey: string, nowMs: number): void {
    this.#run(REMEMBER_RUN, runKey, nowMs);
  }

  told(incidentId: string, receiver: string): Told | null {
    const row = this.#get('SELECT * FROM told WHERE incident_id = ? AND receiver = ?', incidentId, receiver);
    return row === undefined ? null : toTold(row);
  }

  /** What the receiver was last sent about incidents of the run that it still takes to be firing. */
  open(runKey: string, receiver: string): Notice[] {
    return this.#statement(OPEN)
      .all(runKey, receiver)
      .map((row) => JSON.parse(String(row.notice)));
  }

  /** In one transaction: told, and pending; beyond `maxPending` the oldest go. Returns how many went. */
  enqueue(receiver: string, notice: Notice, nowMs: number, maxPending: number): number {
    return this.#atomically(() => {
      const seq = (this.told(notice.incidentId, receiver)?.seq ?? 0) + 1;
      this.#tell(receiver, notice, seq, nowMs);
      this.#run(NEW_PENDING, receiver, notice.incidentId, seq, JSON.stringify(notice), nowMs);
      const excess = this.pendingCount(receiver) - maxPending;
      return excess > 0 ? this.#run(DROP_OLDEST, receiver, excess) : 0;
    });
  }

  markTold(receiver: string, notice: Notice, nowMs: number): void {
    this.#atomically(() => {
      this.#tell(receiver, notice, this.told(notice.incidentId, receiver)?.seq ?? 0, nowMs);
    });
  }

  /** The oldest pending notification, whether due or not: order is kept, so nothing behind it may be sent before. */
  head(receiver: string): Pending | null {
    const row = this.#get(HEAD, receiver);
    return row === undefined ? null : toPending(row);
  }

  remove(id: number): void {
    this.#run('DELETE FROM pending WHERE id = ?', id);
  }

  retryAt(id: number, atMs: number): void {
    this.#run('UPDATE pending SET attempts = attempts + 1, next_attempt_ms = ? WHERE id = ?', atMs, id);
  }

  pendingCount(receiver: string): number {
    return Number(this.#get(COUNT, receiver)?.n);
  }

  prune(beforeMs: number): void {
    this.#atomically(() => {
      this.#run('DELETE FROM runs WHERE last_seen_ms < ?', beforeMs);
      this.#run(FORGET_TOLD, beforeMs);
      this.#run('DELETE FROM pending WHERE created_ms < ?', beforeMs);
    });
  }

  /** Takes over everything that `from` holds, as far as it can still be read. */
  copyFrom(from: OutboxTables): void {
    for (const table of ['runs', 'told', 'pending']) {
      for (const row of from.#statement(`SELECT * FROM ${table}`).iterate()) this.#insert(table, row);
    }
  }

  close(): void {
    this.#database.close();
  }

  #insert(table: string, row: Row): void {
    const names = Object.keys(row);
    const places = names.map(() => '?').join(', ');
    this.#run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`, ...Object.values(row));
  }

  #tell(receiver: string, notice: Notice, seq: number, nowMs: number): void {
    const { incidentId, runKey, status, severity } = notice;
    this.#run(TOUCH_RUN, runKey, nowMs);
    this.#run(TELL, incidentId, receiver, runKey, status, severity, seq, nowMs, JSON.stringify(notice));
  }

  #atomically<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  #get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Returns how many rows it changed. Every number of the layout is whole; a clock may give fractions. */
  #run(sql: string, ...values: SQLInputValue[]): number {
    const whole = values.map((value) => (typeof value === 'number' ? Math.round(value) : value));
    return Number(this.#statement(sql).run(...whole).changes);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

function toTold(row: Row): Told {
  return {
    status: row.status as Told['status'],
    severity: row.severity as Severity,
    seq: Number(row.seq),
  };
}

function toPending(row: Row): Pending {
  return {
    id: Number(row.id),
    notice: JSON.parse(String(row.notice)),
    seq: Number(row.seq),
    createdMs: Number(row.created_ms),
    attempts: Number(row.attempts),
    nextAttemptMs: Number(row.next_attempt_ms),
  };
}
