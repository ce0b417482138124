import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
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
  CREATE TABLE IF NOT EXISTS introduced (
    run_key TEXT NOT NULL, receiver TEXT NOT NULL, PRIMARY KEY (run_key, receiver)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS told (
    incident_id TEXT NOT NULL, receiver TEXT NOT NULL, run_key TEXT NOT NULL, status TEXT NOT NULL,
    severity TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, opened TEXT,
    PRIMARY KEY (incident_id, receiver)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS told_by_run ON told (run_key, receiver);
  CREATE TABLE IF NOT EXISTS pending (
    id INTEGER PRIMARY KEY AUTOINCREMENT, receiver TEXT NOT NULL, incident_id TEXT NOT NULL, seq INTEGER NOT NULL,
    notice TEXT NOT NULL, created_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_ms INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX IF NOT EXISTS pending_by_receiver ON pending (receiver, id);
  PRAGMA user_version = ${LAYOUT};`;

const REMEMBER_RUN = `INSERT INTO runs VALUES (?1, ?2, ?2)
  ON CONFLICT DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`;
const TOUCH_RUN = 'UPDATE runs SET last_seen_ms = max(last_seen_ms, ?2) WHERE run_key = ?1';
const TOLD =
  'SELECT status, severity, seq, opened IS NOT NULL AS open FROM told WHERE incident_id = ? AND receiver = ?';
const OPEN = 'SELECT opened FROM told WHERE run_key = ? AND receiver = ? AND opened IS NOT NULL';
const TELL = 'INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
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

  /** Whether the receiver has been there while the run was followed. */
  isIntroduced(runKey: string, receiver: string): boolean {
    return (
      this.#get('SELECT 1 AS yes FROM introduced WHERE run_key = ? AND receiver = ?', runKey, receiver) !== undefined
    );
  }

  introduce(runKey: string, receiver: string): void {
    this.#run('INSERT INTO introduced VALUES (?, ?) ON CONFLICT DO NOTHING', runKey, receiver);
  }

  told(incidentId: string, receiver: string): Told | null {
    const row = this.#get(TOLD, incidentId, receiver);
    return row === undefined ? null : toTold(row);
  }

  /** What the receiver was last sent about incidents of the run that it still takes to be firing. */
  open(runKey: string, receiver: string): Notice[] {
    return this.#statement(OPEN)
      .all(runKey, receiver)
      .map(({ opened }) => JSON.parse(String(opened)));
  }

  /** In one transaction: told, and pending; beyond `maxPending` the oldest go. Returns how many went. */
  enqueue(receiver: string, notice: Notice, nowMs: number, maxPending: number): number {
    return this.#atomically(() => {
      const seq = (this.told(notice.incidentId, receiver)?.seq ?? 0) + 1;
      const text = JSON.stringify(notice);
      this.#tell(receiver, notice, seq, nowMs, notice.status === 'firing' ? text : null);
      this.#run(NEW_PENDING, receiver, notice.incidentId, seq, text, nowMs);
      const excess = this.pendingCount(receiver) - maxPending;
      return excess > 0 ? this.#run(DROP_OLDEST, receiver, excess) : 0;
    });
  }

  markTold(receiver: string, notice: Notice, nowMs: number): void {
    this.#atomically(() => {
      this.#tell(receiver, notice, this.told(notice.incidentId, receiver)?.seq ?? 0, nowMs, null);
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
      this.#run('DELETE FROM introduced WHERE run_key NOT IN (SELECT run_key FROM runs)');
      this.#run(FORGET_TOLD, beforeMs);
      this.#run('DELETE FROM pending WHERE created_ms < ?', beforeMs);
    });
  }

  /** Takes over everything that `from` holds, as far as it can still be read. */
  copyFrom(from: OutboxTables): void {
    for (const table of ['runs', 'introduced', 'told', 'pending']) {
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

  /** `opened`: the notice as text when it is sent as firing, else null. */
  #tell(receiver: string, notice: Notice, seq: number, nowMs: number, opened: string | null): void {
    const { incidentId, runKey, status, severity } = notice;
    this.#run(TOUCH_RUN, runKey, nowMs);
    this.#run(TELL, incidentId, receiver, runKey, status, severity, seq, nowMs, opened);
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
    open: row.open === 1,
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
