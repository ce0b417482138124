import type { Notice } from '../model/notice.ts';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { DeliveryLog } from './delivery-log.ts';
import { errorCode } from './error-code.ts';
import { idempotencyKey } from './idempotency.ts';
import { IdleWaiters } from './idle-waiters.ts';
import type { Logger } from './logger.ts';
import type { Outbox } from './outbox.ts';
import type { Pending } from './outbox-tables.ts';
import type { Outcome, Receiver } from './receiver.ts';

/** Counts since the agent started. */
export interface DeliveryCounts {
  delivered: number;
  retried: number;
  dropped: number;
}

export interface WorkerOptions {
  readonly name: string;
  readonly receiver: Receiver;
  readonly outbox: Outbox;
  readonly externalUrl: string;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** What still fails at this age is dropped. */
  readonly maxAgeMs: number;
  readonly counts: DeliveryCounts;
  /** Seconds from the moment a notification was made to its delivery. */
  onDelivered(receiver: string, latencySeconds: number): void;
}

/** No pause is longer, so that a clock that was set back does not silence a receiver. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Whatever a receiver asks for, it is not asked more often. */
const SHORTEST_PAUSE_MS = 500;

/**
 * Drains the pending notifications of one receiver in their order, one request at a time; others have their own worker
 * and never wait for it. Only the oldest is ever tried: what opened an alert arrives before what resolves it.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #log: DeliveryLog;
  readonly #idle: IdleWaiters;
  #running = false;
  /** The attempt on its way. */
  #attempt: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  #cancelPause: () => void = () => {};
  #failuresInRow = 0;
  #pausedUntilMs = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#log = new DeliveryLog(options.logger, options.name);
    this.#idle = new IdleWaiters(options.clock);
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  /** `notice` found the outbox full and pushed out `dropped` older ones. */
  overflowed(notice: Notice, dropped: number): void {
    this.#options.counts.dropped += dropped;
    this.#log.dropped(notice, 'too many pending: the oldest were dropped for it');
  }

  /** Something was put into the outbox. */
  wake(): void {
    if (this.#running && this.#attempt === null) this.#next();
  }

  /**
   * Resolves true as soon as nothing is pending, false when something will still be at `deadlineMs` (the clock's
   * milliseconds since the epoch): at that moment, or before it when the next attempt is due later.
   */
  drained(deadlineMs: number): Promise<boolean> {
    if (!this.#running) return Promise.resolve(this.#head() === null);
    const drained = this.#idle.add(deadlineMs);
    this.wake();
    return drained;
  }

  /**
   * Begins no further attempt; the one on its way has until `deadlineMs` (the clock's milliseconds since the epoch) and
   * is aborted then. Its notification stays pending unless it was delivered. May be called again, with another deadline.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#running = false;
    this.#cancelPause();
    this.#idle.settle(() => this.#head() === null);
    const attempt = this.#attempt;
    if (attempt === null) return;
    await this.#before(deadlineMs, attempt.done);
    attempt.abort.abort();
    if (this.#attempt === attempt) this.#attempt = null;
  }

  #head(): Pending | null {
    return this.#options.outbox.nextDue(this.#options.name);
  }

  #next(): void {
    this.#cancelPause();
    const { clock } = this.#options;
    const head = this.#head();
    if (head === null) {
      this.#idle.settle(() => true);
      return;
    }
    const dueMs = Math.max(head.nextAttemptMs, this.#pausedUntilMs);
    const pauseMs = Math.min(dueMs - clock.now(), LONGEST_PAUSE_MS);
    if (pauseMs <= 0) this.#begin(head);
    else this.#pause(head, pauseMs);
  }

  #pause(head: Pending, pauseMs: number): void {
    const { clock } = this.#options;
    this.#idle.notBefore(clock.now() + pauseMs);
    this.#cancelPause = clock.after(pauseMs, () => this.#begin(head));
  }

  #begin(head: Pending): void {
    const abort = new AbortController();
    const done = this.#send(head, abort.signal).then((outcome) => this.#settle(head, outcome, abort));
    this.#attempt = { abort, done };
  }

  async #send({ notice, seq }: Pending, signal: AbortSignal): Promise<Outcome> {
    const { name, receiver, externalUrl, clock } = this.#options;
    const key = idempotencyKey(name, notice, seq);
    try {
      return await receiver.send(notice, {
        receiverName: name,
        idempotencyKey: key,
        externalUrl,
        nowMs: clock.now(),
        signal,
      });
    } catch (error) {
      return { kind: 'retry', reason: `the receiver failed: ${errorCode(error)}` };
    }
  }

  #settle(head: Pending, outcome: Outcome, abort: AbortController): void {
    if (this.#attempt?.abort !== abort) return; // stopped waiting for it: the outbox may be closed
    this.#attempt = null;
    if (!abort.signal.aborted || outcome.kind === 'delivered') this.#record(head, outcome);
    if (this.#running) this.#next();
  }

  #record(head: Pending, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'delivered':
        this.#delivered(head);
        break;
      case 'dropped':
        this.#dropped(head, outcome.reason);
        break;
      case 'retry':
        this.#failed(head, outcome.reason, outcome.retryAfterMs);
        break;
    }
  }

  #delivered(head: Pending): void {
    const { name, outbox, clock, counts, onDelivered } = this.#options;
    outbox.delivered(head.id);
    counts.delivered++;
    this.#failuresInRow = 0;
    this.#pausedUntilMs = 0;
    this.#log.delivered(head.notice);
    onDelivered(name, Math.max(0, clock.now() - head.createdMs) / 1000);
  }

  #dropped(head: Pending, reason: string): void {
    this.#options.outbox.dropped(head.id);
    this.#options.counts.dropped++;
    this.#log.dropped(head.notice, reason);
  }

  #failed(head: Pending, reason: string, retryAfterMs: number | undefined): void {
    const { clock, random, outbox, counts, maxAgeMs } = this.#options;
    const nowMs = clock.now();
    const backoff = backoffMs(++this.#failuresInRow, random);
    this.#pausedUntilMs = nowMs + (retryAfterMs === undefined ? backoff : Math.max(retryAfterMs, SHORTEST_PAUSE_MS));
    if (nowMs - head.createdMs >= maxAgeMs) {
      this.#dropped(head, `${reason}; too old to be tried again`);
      return;
    }
    outbox.retryAt(head.id, this.#pausedUntilMs);
    counts.retried++;
    this.#log.retried(head.notice, reason);
  }

  /** Waits for `done`, at most until `deadlineMs`. */
  async #before(deadlineMs: number, done: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) return;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(leftMs, late.resolve);
    await Promise.race([done, late.promise]);
    cancel();
  }
}
