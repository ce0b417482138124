import type { Notice } from '../model/notice.ts';
import type { Language } from '../text/language.ts';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { DeliveryLog } from './delivery-log.ts';
import { Hold } from './hold.ts';
import { IdleWaiters } from './idle-waiters.ts';
import type { Logger } from './logger.ts';
import type { Outbox } from './outbox.ts';
import type { Pending } from './outbox-rows.ts';
import type { ConfiguredReceiver, Outcome } from './receiver.ts';
import { send } from './send.ts';
import { summaryOf } from './summary.ts';

/** Counts since the agent started. */
export interface DeliveryCounts {
  delivered: number;
  retried: number;
  dropped: number;
}

export interface WorkerOptions {
  readonly configured: ConfiguredReceiver;
  readonly outbox: Outbox;
  readonly externalUrl: string;
  readonly language: Language;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** What still fails at this age is dropped. */
  readonly maxAgeMs: number;
  /** A request that takes longer is given up, should its receiver have no limit of its own. */
  readonly maxRequestMs: number;
  readonly counts: DeliveryCounts;
  /** Seconds from the moment a notification was made to its delivery. */
  onDelivered(receiver: string, latencySeconds: number): void;
}

/** An attempt on its way. */
interface Attempt {
  readonly pending: Pending;
  readonly abort: AbortController;
  /** Failures in a row when it began: what it finds out is about a receiver in that state. */
  readonly failuresBefore: number;
  readonly done: Promise<void>;
}

/** No pause is longer, so that a clock that was set back does not silence a receiver. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Whatever a receiver asks for, it is not asked more often. */
const SHORTEST_PAUSE_MS = 500;
/** Requests to one receiver at a time, while it takes them. */
const CONCURRENCY = 4;

/**
 * Drains the pending notifications of one receiver; others have their own worker and never wait for it. Those of one run
 * go one after the other, those of several runs beside each other. A receiver that fails is tried with one request at a
 * time, each with another notification, so that one that it cannot take does not stand in the way of the rest.
 */
export class Worker {
  readonly name: string;
  readonly #options: WorkerOptions;
  readonly #log: DeliveryLog;
  readonly #idle: IdleWaiters;
  readonly #hold: Hold;
  readonly #attempts = new Set<Attempt>();
  #running = false;
  #cancelPause: () => void = () => {};
  #failuresInRow = 0;
  #pausedUntilMs = 0;
  /** The rate limit has held something back: what waits is told in one. */
  #heldBack = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.name = options.configured.options.name;
    this.#log = new DeliveryLog(options.logger, this.name);
    this.#idle = new IdleWaiters(options.clock);
    this.#hold = new Hold(options.configured.options);
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  /**
   * Stores a notification and sends it when it is its turn. While nothing can be sent it overtakes older ones of its
   * incident.
   *
   * @param waits for what belongs to it: the first of its incident
   */
  add(notice: Notice, waits: boolean): void {
    const { outbox, clock, configured, counts } = this.#options;
    const nowMs = clock.now();
    const dueMs = waits && notice.severity !== 'critical' ? nowMs + configured.options.group_wait : nowMs;
    const overtakes = this.#isStuck(nowMs) || outbox.isWaiting(this.name, notice.incidentId, nowMs);
    const dropped = outbox.enqueue(this.name, notice, nowMs, { dueMs, sending: this.#sending });
    counts.dropped += dropped.length;
    if (dropped.length > 0) this.#log.dropped(notice, 'too many pending: the oldest were dropped for it');
    if (overtakes) outbox.overtake(this.name, this.#sending, notice.incidentId);
    this.wake();
  }

  get isMuted(): boolean {
    return this.#hold.isMuted(this.#options.clock.now());
  }

  /** Takes back the beginning of an incident that was certainly not sent; false when there is no such thing. */
  withdraw(incidentId: string): boolean {
    const nowMs = this.#options.clock.now();
    return this.#options.outbox.withdraw(this.name, incidentId, ({ id, nextAttemptMs, createdMs }) => {
      if (this.#sending.includes(id)) return false;
      return nextAttemptMs > nowMs || (this.#hold.isMuted(createdMs) && this.#hold.isMuted(nowMs));
    });
  }

  /** Something was put into the outbox. */
  wake(): void {
    if (this.#running) this.#next();
  }

  /**
   * Resolves true as soon as nothing is pending, false when something will still be at `deadlineMs` (the clock's
   * milliseconds since the epoch): at that moment, or before it when the next attempt is due later. Nothing waits for
   * what belongs to it any more.
   */
  drained(deadlineMs: number): Promise<boolean> {
    if (!this.#running) return Promise.resolve(this.#isIdle());
    const drained = this.#idle.add(deadlineMs);
    this.#options.outbox.release(this.name);
    this.wake();
    return drained;
  }

  /**
   * Begins no further attempt; those on their way have until `deadlineMs` (the clock's milliseconds since the epoch) and
   * are aborted then. Their notifications stay pending unless they were delivered. May be called again, with another
   * deadline.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#running = false;
    this.#cancelPause();
    this.#idle.settle(() => this.#isIdle());
    const attempts = [...this.#attempts];
    if (attempts.length === 0) return;
    await before(this.#options.clock, deadlineMs, Promise.all(attempts.map(({ done }) => done)));
    for (const attempt of attempts) {
      attempt.abort.abort();
      this.#attempts.delete(attempt);
    }
  }

  /** Ids of the notifications on their way. */
  get #sending(): number[] {
    return [...this.#attempts].map(({ pending }) => pending.id);
  }

  #isIdle(): boolean {
    return this.#options.outbox.pendingCount(this.name) === 0;
  }

  #isStuck(nowMs: number): boolean {
    return this.#failuresInRow > 0 || this.#hold.untilMs(nowMs) > nowMs;
  }

  /** @param waitedMs for how long it has paused just now */
  #next(waitedMs = 0): void {
    this.#cancelPause();
    const { clock, outbox } = this.#options;
    const most = this.#failuresInRow > 0 || this.#hold.counts ? 1 : CONCURRENCY;
    while (this.#running && this.#attempts.size < most) {
      const nowMs = clock.now();
      const heldUntilMs = this.#hold.untilMs(nowMs);
      if (heldUntilMs <= nowMs) this.#gather(nowMs);
      const head = outbox.nextDue(
        this.name,
        [...this.#attempts].map(({ pending }) => pending.notice.runKey),
      );
      if (head === null) {
        if (this.#attempts.size === 0) this.#idle.settle(() => true);
        return;
      }
      const dueMs = waitedMs >= LONGEST_PAUSE_MS ? nowMs : Math.max(head.nextAttemptMs, this.#pausedUntilMs);
      const pauseMs = Math.min(Math.max(dueMs, heldUntilMs) - nowMs, LONGEST_PAUSE_MS);
      if (pauseMs > 0) {
        if (dueMs <= nowMs && this.#hold.isFull(nowMs)) this.#heldBack = true;
        this.#pause(pauseMs);
        return;
      }
      this.#begin(head);
    }
  }

  /** What the rate limit has held back becomes one notification. */
  #gather(nowMs: number): void {
    if (!this.#heldBack) return;
    this.#heldBack = false;
    const { outbox, externalUrl, language } = this.#options;
    outbox.overtake(this.name, this.#sending);
    outbox.gather(this.name, this.#sending, nowMs, (all) => summaryOf(all, this.name, externalUrl, language, nowMs));
  }

  #pause(pauseMs: number): void {
    const { clock } = this.#options;
    if (this.#attempts.size === 0) this.#idle.notBefore(clock.now() + pauseMs);
    this.#cancelPause = clock.after(pauseMs, () => this.#next(pauseMs));
  }

  #begin(pending: Pending): void {
    const abort = new AbortController();
    const { configured, externalUrl, clock, maxRequestMs } = this.#options;
    const request = { externalUrl, nowMs: clock.now(), signal: abort.signal };
    const done = send(configured, pending, request, maxRequestMs).then((outcome) => this.#settle(attempt, outcome));
    const attempt: Attempt = { pending, abort, failuresBefore: this.#failuresInRow, done };
    this.#attempts.add(attempt);
  }

  #settle(attempt: Attempt, outcome: Outcome): void {
    if (!this.#attempts.delete(attempt)) return; // stopped waiting for it: the outbox may be closed
    if (!attempt.abort.signal.aborted || outcome.kind === 'delivered') this.#record(attempt, outcome);
    if (this.#running) this.#next();
  }

  #record({ pending, failuresBefore }: Attempt, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'delivered':
        this.#delivered(pending, failuresBefore);
        break;
      case 'dropped':
        this.#dropped(pending, outcome.reason);
        break;
      case 'retry':
        this.#failed(pending, failuresBefore, outcome.reason, outcome.retryAfterMs);
        break;
    }
  }

  #delivered({ id, notice, createdMs }: Pending, failuresBefore: number): void {
    const { outbox, clock, counts, onDelivered } = this.#options;
    outbox.delivered(id);
    counts.delivered++;
    this.#hold.delivered(clock.now());
    // one that began before the last failure does not say that the receiver is back
    if (failuresBefore > 0 && failuresBefore === this.#failuresInRow) {
      this.#failuresInRow = 0;
      this.#pausedUntilMs = 0;
      outbox.retryNow(this.name, clock.now());
    }
    this.#log.delivered(notice);
    onDelivered(this.name, Math.max(0, clock.now() - createdMs) / 1000);
  }

  #dropped(pending: Pending, reason: string): void {
    const { outbox, clock, counts } = this.#options;
    outbox.dropped(pending, reason, clock.now());
    counts.dropped++;
    this.#log.dropped(pending.notice, reason);
  }

  #failed(pending: Pending, failuresBefore: number, reason: string, retryAfterMs: number | undefined): void {
    const { clock, random, outbox, counts, maxAgeMs } = this.#options;
    const nowMs = clock.now();
    this.#failuresInRow = Math.max(this.#failuresInRow, failuresBefore + 1);
    const backoff = backoffMs(this.#failuresInRow, random);
    const pauseMs = retryAfterMs === undefined ? backoff : Math.max(retryAfterMs, SHORTEST_PAUSE_MS);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    if (nowMs - pending.createdMs >= maxAgeMs) {
      this.#dropped(pending, `${reason}; too old to be tried again`);
      return;
    }
    outbox.retryAt(pending.id, this.#pausedUntilMs);
    outbox.overtake(this.name, this.#sending);
    counts.retried++;
    this.#log.retried(pending.notice, reason);
  }
}

/** Waits for `done`, at most until `deadlineMs`. */
async function before(clock: Clock, deadlineMs: number, done: Promise<unknown>): Promise<void> {
  const leftMs = deadlineMs - clock.now();
  if (leftMs <= 0) return;
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(leftMs, late.resolve);
  await Promise.race([done, late.promise]);
  cancel();
}
