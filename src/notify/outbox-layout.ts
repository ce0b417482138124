import type { DatabaseSync } from 'node:sqlite';

/** The layout that this version reads and writes, kept in `user_version`. */
export const LAYOUT = 2;

/** Layouts of earlier versions, with what brings each to this one. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  1: `ALTER TABLE pending ADD COLUMN run_key TEXT NOT NULL DEFAULT '';
    UPDATE pending SET run_key = json_extract(notice, '$.runKey');
    DROP INDEX pending_by_receiver;`,
};

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
    next_attempt_ms INTEGER NOT NULL DEFAULT 0, run_key TEXT NOT NULL DEFAULT '') STRICT;
  CREATE INDEX IF NOT EXISTS pending_by_due ON pending (receiver, next_attempt_ms, id);
  CREATE INDEX IF NOT EXISTS pending_by_incident ON pending (receiver, incident_id, id);
  PRAGMA user_version = ${LAYOUT};`;

/** Whether this version can read a file of that layout; 0 is an empty one. */
export function isKnownLayout(layout: unknown): boolean {
  return layout === 0 || layout === LAYOUT || Number(layout) in MIGRATIONS;
}

/** Makes the tables, or brings those of an earlier version to this layout. To be called within a transaction. */
export function makeTables(database: DatabaseSync): void {
  const layout = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  const migration = MIGRATIONS[layout];
  if (migration !== undefined) database.exec(migration);
  database.exec(TABLES);
}
