import type { Notice } from '../model/notice.ts';
import { LetterBox } from './letter-box.ts';
import { isStoreError, memoryTables, openTables, storeFailure } from './outbox-file.ts';
import type { Pending, Told } from './outbox-rows.ts';
import type { OutboxTables } from './outbox-tables.ts';

export interface OutboxOptions {
  /** null: in memory. */
  readonly folder: string | null;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Pending notifications of one receiver. */
  readonly maxPending?: number;
  /** Called with every text that is added to {@link Outbox.problems}. */
  onProblem?(problem: string): void;
}

const MAX_PENDING = 10_000;

/**
 * What has been told to whom, and what is still to be told: the only thing that cannot be derived from the logs. A
 * notification is in it before it is sent.
 *
 * Opening may fail, using it does not: when the disk stops taking writes, it goes on in memory with all that it held,
 * says so once in {@link problems}, and keeps the file locked. After a restart the file speaks again, so that what was
 * delivered in between may be delivered twice.
 */
export class Outbox {
  #tables: OutboxTables;
  readonly #letters: LetterBox;
  #persistent: boolean;
  /** Held only for its lock. */
  #abandoned: OutboxTables | null = null;
  readonly #folder: string | null;
  readonly #maxPending: number;
  readonly #problems: string[] = [];
  readonly #onProblem: (problem: string) => void;
  #closed = false;

  /** @throws StateLockedError when another agent uses the folder */
  constructor({ folder, nowMs, maxPending = MAX_PENDING, onProblem = () => {} }: OutboxOptions) {
    if (!Number.isInteger(maxPending) || maxPending < 1) {
      throw new RangeError(`maxPending of the outbox is ${maxPending}; give a whole number from 1`);
    }
    const opened = folder === null ? null : openTables(folder, nowMs);
    this.#tables = opened?.tables ?? memoryTables();
    this.#persistent = opened?.persistent ?? false;
    this.#folder = folder;
    this.#maxPending = maxPending;
    this.#onProblem = onProblem;
    if (opened?.problem != null) this.#report(opened.problem);
    this.#letters = new LetterBox(this.#persistent ? folder : null, (problem) => this.#report(problem));
  }

  /** Whether what it holds outlives the process. */
  get persistent(): boolean {
    return this.#persistent;
  }

  /** What a person should know about the store; at most one from opening and one from a later failure. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** When the run was first seen, milliseconds since the epoch; null for a run that is new. */
  firstSeen(runKey: string): number | null {
    return this.#do((tables) => tables.firstSeen(runKey));
  }

  /** Keeps the first moment of a run and its newest: to be called whenever the agent starts to follow it. */
  rememberRun(runKey: string, nowMs: number): void {
    this.#do((tables) => tables.rememberRun(runKey, nowMs));
  }

  /** Whether the receiver has been there while the run was followed. */
  isIntroduced(runKey: string, receiver: string): boolean {
    return this.#do((tables) => tables.isIntroduced(runKey, receiver));
  }

  introduce(runKey: string, receiver: string): void {
    this.#do((tables) => tables.introduce(runKey, receiver));
  }

  told(incidentId: string, receiver: string): Told | null {
    return this.#do((tables) => tables.told(incidentId, receiver));
  }

  /** What the receiver was last sent about incidents of the run that it still takes to be firing. */
  open(runKey: string, receiver: string): readonly Notice[] {
    return this.#do((tables) => tables.open(runKey, receiver));
  }

  /**
   * Puts a notification behind the others of its receiver and counts as told what it says, both or neither. To keep the
   * bound it drops the oldest, except those that are on their way, and returns them.
   *
   * @param dueMs it is not sent before
   * @param sending ids of those on their way
   */
  enqueue(
    receiver: string,
    notice: Notice,
    nowMs: number,
    { dueMs = nowMs, sending = [] }: { dueMs?: number; sending?: readonly number[] } = {},
  ): readonly Pending[] {
    const when = { nowMs, dueMs };
    const dropped = this.#do((tables) => tables.enqueue(receiver, notice, when, sending, this.#maxPending));
    for (const pending of dropped) this.#letters.add(pending, 'too many were pending', nowMs);
    return dropped;
  }

  /** Counts as told what is not sent: history, and resolutions that a receiver does not want. */
  markTold(receiver: string, notice: Notice, nowMs: number): void {
    this.#do((tables) => tables.markTold(receiver, notice, nowMs));
  }

  /**
   * The notification of a receiver to send next, and when. Of one incident it is the oldest, so that order is kept.
   *
   * @param runsBusy runs of which one is on its way: none of theirs
   */
  nextDue(receiver: string, runsBusy: readonly string[] = []): Pending | null {
    return this.#do((tables) => tables.head(receiver, runsBusy));
  }

  /** Whether something of the incident is not due yet. */
  isWaiting(receiver: string, incidentId: string, nowMs: number): boolean {
    return this.#do((tables) => tables.isWaiting(receiver, incidentId, nowMs));
  }

  /** Leaves of every incident, or of one, only the newest notification; those on their way stay. */
  overtake(receiver: string, sending: readonly number[], incidentId?: string): void {
    this.#do((tables) => tables.overtake(receiver, sending, incidentId));
  }

  /**
   * Takes back the first notification of an incident, if that is the only one and `isUnsent`: as if it had not been told.
   * Returns whether it was taken back.
   */
  withdraw(receiver: string, incidentId: string, isUnsent: (pending: Pending) => boolean): boolean {
    return this.#do((tables) => tables.withdraw(receiver, incidentId, isUnsent));
  }

  /** Puts `summary` of several waiting notifications in their place; a single one stays. */
  gather(receiver: string, sending: readonly number[], nowMs: number, summary: (all: Notice[]) => Notice): void {
    this.#do((tables) => tables.gather(receiver, sending, nowMs, summary));
  }

  /** What waits for its first attempt is due at once. */
  release(receiver: string): void {
    this.#do((tables) => tables.release(receiver));
  }

  delivered(id: number): void {
    this.#do((tables) => tables.remove(id));
  }

  /** Moves it to the dead letters. */
  dropped(pending: Pending, reason: string, nowMs: number): void {
    this.#letters.add(pending, reason, nowMs);
    this.#do((tables) => tables.remove(pending.id));
  }

  /**
   * Puts dead letters that somebody asked for back among the pending, under their old key; those of which something
   * newer was told since are forgotten, since an old beginning must not follow its end. Returns whose they are.
   */
  resend(receivers: readonly string[], nowMs: number): ReadonlySet<string> {
    const resent = new Set<string>();
    for (const { id, receiver, notice, seq } of this.#letters.asked()) {
      if (!receivers.includes(receiver)) continue;
      const newest = this.told(notice.incidentId, receiver)?.seq ?? seq;
      if (newest === seq) {
        this.#do((tables) => tables.requeue(receiver, notice, seq, { nowMs, dueMs: nowMs }));
        resent.add(receiver);
      }
      this.#letters.remove(id);
    }
    return resent;
  }

  /** Counts an attempt; the next one is due at `atMs`, milliseconds since the epoch. */
  retryAt(id: number, atMs: number): void {
    this.#do((tables) => tables.retryAt(id, atMs));
  }

  /** What failed before is due: its receiver is back. */
  retryNow(receiver: string, nowMs: number): void {
    this.#do((tables) => tables.retryNow(receiver, nowMs));
  }

  pendingCount(receiver: string): number {
    return this.#do((tables) => tables.pendingCount(receiver));
  }

  /**
   * Forgets runs not seen since `beforeMs` together with what was told about them, pending notifications that old, and
   * dead letters.
   * What was told about a run that is still known stays: its log is read again at every start, and what was told must
   * not be told again.
   */
  prune(beforeMs: number, nowMs: number): void {
    this.#letters.prune(beforeMs);
    for (const pending of this.#do((tables) => tables.prune(beforeMs))) {
      this.#letters.add(pending, 'its receiver was not there for too long', nowMs);
    }
  }

  /** Closes the file and frees its lock. Whatever is called after it throws. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abandoned?.close();
    this.#abandoned = null;
    this.#tables.close();
    this.#letters.close();
  }

  #do<T>(work: (tables: OutboxTables) => T): T {
    if (this.#closed) throw new Error('The outbox is closed; open another one to tell more.');
    try {
      return work(this.#tables);
    } catch (error) {
      if (!this.#persistent || !isStoreError(error)) throw error;
      this.#fallBack(error);
      return work(this.#tables);
    }
  }

  #report(problem: string): void {
    this.#problems.push(problem);
    this.#onProblem(problem);
  }

  #fallBack(cause: unknown): void {
    const tables = memoryTables();
    const lost = attempt(() => tables.copyFrom(this.#tables)) ? '' : ' Some of what it held could not be read.';
    this.#abandoned = this.#tables;
    this.#tables = tables;
    this.#persistent = false;
    this.#report(
      `The outbox in ${this.#folder} can no longer be used (${storeFailure(cause)}): what is told is kept in memory ` +
        `from now on, and a restart may tell it again.${lost} Make room on the disk and restart the agent.`,
    );
  }
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
