import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../model/operator-error.ts';
import { errorCode } from './error-code.ts';
import { isKnownLayout, LAYOUT } from './outbox-layout.ts';
import { OutboxTables } from './outbox-tables.ts';

/*
 * The outbox belongs to one process. SQLite in exclusive mode keeps the file locked from the first write to the end of
 * the process, however it ends: the lock is the kernel's. With it the write-ahead log needs no shared memory, which
 * network and some container file systems do not have.
 *
 * POSIX locks have a trap: a process that closes any descriptor of a file loses all its locks on it. So nothing here
 * opens a database that exists other than through SQLite.
 */

/** Another agent uses the state folder. */
export class StateLockedError extends OperatorError {
  override readonly name = 'StateLockedError';
  readonly folder: string;

  constructor(folder: string) {
    super(
      `The state folder ${folder} is in use by another nanwatch agent. ` +
        'Stop that one, or give one of the two its own folder with --state-dir.',
    );
    this.folder = folder;
  }
}

export interface OpenedTables {
  readonly tables: OutboxTables;
  /** false: in memory, forgotten when the process ends. */
  readonly persistent: boolean;
  /** What a person should know, or null. */
  readonly problem: string | null;
}

const LOCK_WAIT_MS = 250;
/** Bytes of the smallest page; SQLite takes a file of one byte for an empty one. */
const SMALLEST_DATABASE = 512;
/** SQLite's primary result codes. */
const GENERIC = 1;
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Its content is not an outbox of this version. */
class NotAnOutboxError extends Error {
  override readonly name = 'NotAnOutboxError';
}

/** Fresh tables that live as long as the process. */
export function memoryTables(): OutboxTables {
  return new OutboxTables(new DatabaseSync(':memory:'));
}

/**
 * Opens `outbox.sqlite` in `folder`, making both when missing. A file that is torn or something else is moved aside
 * and a new one begun; without a usable folder the tables are in memory. Both are said in `problem`.
 *
 * @param nowMs milliseconds since the epoch, for the name of a file moved aside
 * @throws StateLockedError when another agent uses the folder
 */
export function openTables(folder: string, nowMs: number): OpenedTables {
  const file = join(folder, 'outbox.sqlite');
  try {
    return openOrReplace(file, nowMs);
  } catch (error) {
    if (sqliteCode(error) === BUSY || sqliteCode(error) === LOCKED) throw new StateLockedError(folder);
    return { tables: memoryTables(), persistent: false, problem: unusable(folder, error) };
  }
}

function openOrReplace(file: string, nowMs: number): OpenedTables {
  prepareFile(file);
  try {
    return { tables: openFile(file), persistent: true, problem: null };
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
  const aside = moveAside(file, nowMs);
  prepareFile(file);
  const problem =
    `${file} could not be read as an outbox of this version; it was moved to ${aside} and a new one begun. ` +
    'What was told before is forgotten: alerts that are still open are sent again.';
  return { tables: openFile(file), persistent: true, problem };
}

/** Makes folder and file for their owner only. A file that exists is not opened: see the trap above. */
export function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (statSync(file).isFile()) restrict(file);
  }
}

/** A file of another owner stays as it is: what counts is whether it can be written. */
function restrict(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

function openFile(file: string): OutboxTables {
  const { size } = statSync(file);
  if (size > 0 && size < SMALLEST_DATABASE) throw new NotAnOutboxError(`${size} bytes`);
  const database = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    verify(database);
    return new OutboxTables(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function verify(database: DatabaseSync): void {
  const layout = database.prepare('PRAGMA user_version').get()?.user_version;
  if (!isKnownLayout(layout)) throw new NotAnOutboxError(`layout ${layout} instead of ${LAYOUT}`);
  const check = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (check !== 'ok') throw new NotAnOutboxError('torn pages');
}

/** Renames the database and its write-ahead log; returns the new name of the database. */
function moveAside(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${file}.broken-${stamp}`;
  for (const suffix of ['', '-wal', '-journal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}

function isBroken(error: unknown): boolean {
  const code = sqliteCode(error);
  return error instanceof NotAnOutboxError || code === CORRUPT || code === NOT_A_DATABASE || code === GENERIC;
}

/** SQLite's primary result code, or undefined for another kind of error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether SQLite says so, rather than a mistake of ours. */
export function isStoreError(error: unknown): boolean {
  return sqliteCode(error) !== undefined;
}

/** Why the store cannot be used, in SQLite's words or by the code of the system. */
export function storeFailure(error: unknown): string {
  return isStoreError(error) ? (error as Error).message : errorCode(error);
}

function unusable(folder: string, error: unknown): string {
  return (
    `The state folder ${folder} cannot be used (${storeFailure(error)}): what was told is kept in memory only, so that ` +
    'a restart forgets what is pending and sends open alerts again. Give --state-dir a folder that this user may write to.'
  );
}
