import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Notice } from '../model/notice.ts';
import { makeTables } from './outbox-layout.ts';
import { type Pending, type Row, type Told, toPending, toTold, type When } from './outbox-rows.ts';
import { overtaking } from './overtaking.ts';

const REMEMBER_RUN = `INSERT INTO runs VALUES (?1, ?2, ?2)
  ON CONFLICT DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`;
const TOUCH_RUN = 'UPDATE runs SET last_seen_ms = max(last_seen_ms, ?2) WHERE run_key = ?1';
const TOLD = `SELECT status, severity, seq, opened IS NOT NULL AS open, at_ms FROM told
  WHERE incident_id = ? AND receiver = ?`;
const OPEN = 'SELECT opened FROM told WHERE run_key = ? AND receiver = ? AND opened IS NOT NULL';
const TELL = 'INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
const NEW_PENDING = `INSERT INTO pending (receiver, incident_id, seq, notice, created_ms, next_attempt_ms, run_key)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
/** The one that is due first; of one incident only the oldest, and none of a run of which one is on its way. */
const HEAD = `SELECT * FROM pending AS p WHERE receiver = ?1
  AND run_key NOT IN (SELECT value FROM json_each(?2))
  AND NOT EXISTS (SELECT 1 FROM pending AS older
    WHERE older.receiver = p.receiver AND older.incident_id = p.incident_id AND older.id < p.id)
  ORDER BY next_attempt_ms, id LIMIT 1`;
const COUNT = 'SELECT count(*) AS n FROM pending WHERE receiver = ?';
const WAITING = 'SELECT * FROM pending WHERE receiver = ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id';
const SEVERAL = `SELECT incident_id FROM pending WHERE receiver = ? AND id NOT IN (SELECT value FROM json_each(?))
  GROUP BY incident_id HAVING count(*) > 1`;
const OF_INCIDENT = `SELECT * FROM pending WHERE receiver = ? AND incident_id = ?
  AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id`;
const DROP_OLDEST = `DELETE FROM pending WHERE id IN (SELECT id FROM pending
  WHERE receiver = ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?) RETURNING *`;
const FORGET_TOLD = 'DELETE FROM told WHERE at_ms < ? AND run_key NOT IN (SELECT run_key FROM runs)';

/** The statements of the outbox over one open database. Every method may throw SQLite's errors. */
export class OutboxTables {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#atomically(() => makeTables(database));
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

  /** In one transaction: told, and pending; beyond `maxPending` the oldest of those not `sending` go, and are returned. */
  enqueue(receiver: string, notice: Notice, when: When, sending: readonly number[], maxPending: number): Pending[] {
    return this.#atomically(() => {
      const seq = (this.told(notice.incidentId, receiver)?.seq ?? 0) + 1;
      this.#tell(receiver, notice, seq, when.nowMs, notice.status === 'firing' ? JSON.stringify(notice) : null);
      this.requeue(receiver, notice, seq, when);
      const excess = this.pendingCount(receiver) - maxPending;
      if (excess <= 0) return [];
      return this.#statement(DROP_OLDEST).all(receiver, JSON.stringify(sending), excess).map(toPending);
    });
  }

  /** Puts what was told already behind the others, under its old count. */
  requeue(receiver: string, notice: Notice, seq: number, { nowMs, dueMs }: When): void {
    this.#run(NEW_PENDING, receiver, notice.incidentId, seq, JSON.stringify(notice), nowMs, dueMs, notice.runKey);
  }

  markTold(receiver: string, notice: Notice, nowMs: number): void {
    this.#atomically(() => {
      this.#tell(receiver, notice, this.told(notice.incidentId, receiver)?.seq ?? 0, nowMs, null);
    });
  }

  /** The notification to send next, whether due or not, of a run that is not among `runsBusy`. */
  head(receiver: string, runsBusy: readonly string[]): Pending | null {
    const row = this.#get(HEAD, receiver, JSON.stringify(runsBusy));
    return row === undefined ? null : toPending(row);
  }

  isWaiting(receiver: string, incidentId: string, nowMs: number): boolean {
    const sql = 'SELECT 1 AS yes FROM pending WHERE receiver = ? AND incident_id = ? AND next_attempt_ms > ?';
    return this.#get(sql, receiver, incidentId, Math.round(nowMs)) !== undefined;
  }

  /** Leaves of every incident, or of one, only the newest notification that is not `sending`; it says what it stands for. */
  overtake(receiver: string, sending: readonly number[], incidentId?: string): void {
    const ids = JSON.stringify(sending);
    const several =
      incidentId === undefined ? this.#statement(SEVERAL).all(receiver, ids) : [{ incident_id: incidentId }];
    if (several.length === 0) return;
    this.#atomically(() => {
      for (const { incident_id } of several) {
        const waiting = this.#statement(OF_INCIDENT)
          .all(receiver, incident_id ?? '', ids)
          .map(toPending);
        const newest = waiting.pop();
        if (newest === undefined || waiting.length === 0) continue;
        const text = JSON.stringify(
          overtaking(
            newest.notice,
            waiting.map(({ notice }) => notice),
          ),
        );
        this.#run('UPDATE pending SET notice = ? WHERE id = ?', text, newest.id);
        for (const { id } of waiting) this.remove(id);
      }
    });
  }

  /** Takes back the first notification of an incident if it is the only one and `isUnsent`: as if it had not been told. */
  withdraw(receiver: string, incidentId: string, isUnsent: (pending: Pending) => boolean): boolean {
    return this.#atomically(() => {
      const [first, ...more] = this.#statement(OF_INCIDENT).all(receiver, incidentId, '[]').map(toPending);
      if (first === undefined || more.length > 0 || first.seq !== 1 || first.attempts > 0) return false;
      if (!isUnsent(first)) return false;
      this.remove(first.id);
      this.#run('DELETE FROM told WHERE incident_id = ? AND receiver = ?', incidentId, receiver);
      return true;
    });
  }

  /** Puts one notification in the place of all that are not `sending`, if there are several. */
  gather(receiver: string, sending: readonly number[], nowMs: number, summary: (all: Notice[]) => Notice): void {
    this.#atomically(() => {
      const waiting = this.#statement(WAITING).all(receiver, JSON.stringify(sending)).map(toPending);
      if (waiting.length < 2) return;
      for (const { id } of waiting) this.remove(id);
      const notice = summary(waiting.map((pending) => pending.notice));
      const seq = (this.told(notice.incidentId, receiver)?.seq ?? 0) + 1;
      this.#tell(receiver, notice, seq, nowMs, null);
      this.requeue(receiver, notice, seq, { nowMs, dueMs: nowMs });
    });
  }

  /** What waits for its first attempt is due at once. */
  release(receiver: string): void {
    this.#run('UPDATE pending SET next_attempt_ms = 0 WHERE receiver = ? AND attempts = 0', receiver);
  }

  remove(id: number): void {
    this.#run('DELETE FROM pending WHERE id = ?', id);
  }

  retryAt(id: number, atMs: number): void {
    this.#run('UPDATE pending SET attempts = attempts + 1, next_attempt_ms = ? WHERE id = ?', atMs, id);
  }

  retryNow(receiver: string, nowMs: number): void {
    const sql = 'UPDATE pending SET next_attempt_ms = ?2 WHERE receiver = ?1 AND attempts > 0 AND next_attempt_ms > ?2';
    this.#run(sql, receiver, nowMs);
  }

  pendingCount(receiver: string): number {
    return Number(this.#get(COUNT, receiver)?.n);
  }

  /** Returns what was pending for so long. */
  prune(beforeMs: number): Pending[] {
    return this.#atomically(() => {
      this.#run('DELETE FROM runs WHERE last_seen_ms < ?', beforeMs);
      this.#run('DELETE FROM introduced WHERE run_key NOT IN (SELECT run_key FROM runs)');
      this.#run(FORGET_TOLD, beforeMs);
      const old = 'DELETE FROM pending WHERE created_ms < ? RETURNING *';
      return this.#statement(old).all(Math.round(beforeMs)).map(toPending);
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
