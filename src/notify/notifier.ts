import type { Notice } from '../model/notice.ts';
import { LANGUAGES } from '../text/index.ts';
import type { Language } from '../text/language.ts';
import { type Clock, systemClock } from './clock.ts';
import { asSent, decide } from './decide.ts';
import { getReady } from './http-post.ts';
import type { Logger } from './logger.ts';
import { Outbox } from './outbox.ts';
import type { ConfiguredReceiver } from './receiver.ts';
import { type DeliveryCounts, Worker } from './worker.ts';

export interface NotifierOptions {
  /** Folder of the outbox; null keeps it in memory. */
  readonly stateDir: string | null;
  readonly receivers: readonly ConfiguredReceiver[];
  /** Where people reach this agent. */
  readonly externalUrl: string;
  readonly logger: Logger;
  /** Of what the agent itself tells; English. */
  readonly language?: Language;
  readonly clock?: Clock;
  /** From 0 (inclusive) to 1; spreads the retries. */
  readonly random?: () => number;
  /** Seconds from the moment a notification was made to its delivery. */
  onDelivered?(receiver: string, latencySeconds: number): void;
  /** What still fails at this age is dropped; 24 hours. */
  readonly maxAgeMs?: number;
  /** A request that takes longer is given up; 11 minutes, which is more than the time limit of any receiver. */
  readonly maxRequestMs?: number;
  /** Pending notifications of one receiver; beyond it the oldest are dropped; 10,000. */
  readonly maxPending?: number;
}

/** One receiver as metrics show it; counts are since the agent started. */
export interface ReceiverStatus extends Readonly<DeliveryCounts> {
  readonly name: string;
  readonly pending: number;
}

interface Destination {
  readonly configured: ConfiguredReceiver;
  readonly worker: Worker;
}

const DAY_MS = 86_400_000;

/**
 * Tells receivers what happens. Whoever calls says what is; who must still hear of it is found by comparing with what
 * each was told before, so that the same things may be said again, after a restart all of them.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  /** Of every receiver ever configured, so that counters do not fall when one is configured anew. */
  readonly #counts = new Map<string, DeliveryCounts>();
  #destinations: readonly Destination[];
  /** Those of the destinations, and those before them whose last request is on its way. */
  readonly #workers = new Set<Worker>();
  #started = false;
  #closing: Promise<void> | null = null;

  /**
   * Opens the outbox; nothing is sent before {@link start}.
   *
   * @throws StateLockedError when another agent uses `stateDir`
   * @throws Error when two receivers have one name
   */
  constructor(options: NotifierOptions) {
    assertDistinct(options.receivers);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { stateDir: folder, maxPending } = options;
    this.#outbox = new Outbox({
      folder,
      nowMs: this.#clock.now(),
      onProblem: (problem) => options.logger.error({ stateDir: folder }, problem),
      ...(maxPending !== undefined && { maxPending }),
    });
    this.#destinations = options.receivers.map((receiver) => this.#destination(receiver, options.externalUrl));
  }

  /** Whether what was told and what is pending outlive the process. */
  get persistent(): boolean {
    return this.#outbox.persistent;
  }

  /** What a person should know about the outbox; logged as well. */
  get problems(): readonly string[] {
    return this.#outbox.problems;
  }

  /** Begins to send, first what an earlier agent left. */
  start(): void {
    this.#started = true;
    if (this.#destinations.length > 0) getReady();
    for (const { worker } of this.#destinations) worker.start();
  }

  /** When the run was first seen by any agent with this state, milliseconds since the epoch; null for a new one. */
  firstSeen(runKey: string): number | null {
    return this.#outbox.firstSeen(runKey);
  }

  /** To be called for every run that the agent starts to follow, after {@link firstSeen} was asked. */
  rememberRun(runKey: string): void {
    this.#outbox.rememberRun(runKey, this.#clock.now());
    for (const { configured } of this.#destinations) this.#outbox.introduce(runKey, configured.options.name);
  }

  /**
   * Tells every receiver that has not heard it. On disk when it returns; sent later.
   *
   * @param spokenFor the leader of its group tells of it: of interest only to who has heard of it already
   * @param over it has ended, or its run has: history for a receiver that was not there while the run was followed
   */
  tell(notice: Notice, { spokenFor = false, over = false }: { spokenFor?: boolean; over?: boolean } = {}): void {
    for (const destination of this.#destinations) {
      const missed = over && !this.#outbox.isIntroduced(notice.runKey, destination.worker.name);
      this.#tellOne(destination, notice, spokenFor, missed);
    }
  }

  /**
   * Tells as resolved what a receiver takes to be firing in a run although it is not there any more: another log stands
   * in its place, or it passed unseen.
   *
   * @param present ids of the incidents that the run has now
   */
  resolveAbsent(runKey: string, present: ReadonlySet<string>): void {
    const endsAtMs = this.#clock.now();
    for (const destination of this.#destinations) {
      for (const notice of this.#outbox.open(runKey, destination.configured.options.name)) {
        if (present.has(notice.incidentId)) continue;
        this.#tellOne(destination, { ...notice, status: 'resolved', endsAtMs }, false, false);
      }
    }
  }

  /** Counts and queue of every configured receiver, in their order. */
  receivers(): readonly ReceiverStatus[] {
    return this.#destinations.map(({ configured: { options } }) => ({
      name: options.name,
      ...this.#countsOf(options.name),
      pending: this.#outbox.pendingCount(options.name),
    }));
  }

  /**
   * Waits until everything is delivered or dropped. Resolves true then, and false when something is still pending at
   * `deadlineMs` (the clock's milliseconds since the epoch), or sooner when nothing more would happen before it.
   */
  async drain(deadlineMs: number): Promise<boolean> {
    const drained = await Promise.all(this.#destinations.map(({ worker }) => worker.drained(deadlineMs)));
    return drained.every(Boolean);
  }

  /**
   * Puts other receivers in the place of those there are. What is pending stays pending under its receiver's name.
   * Requests on their way have until `deadlineMs` (the clock's milliseconds since the epoch).
   *
   * @throws Error when two receivers have one name; nothing has changed then
   */
  async reconfigure(receivers: readonly ConfiguredReceiver[], externalUrl: string, deadlineMs: number): Promise<void> {
    assertDistinct(receivers);
    const before = [...this.#workers];
    const after = receivers.map((receiver) => this.#destination(receiver, externalUrl));
    this.#destinations = after;
    await this.#stop(before, deadlineMs);
    if (!this.#started || this.#destinations !== after) return;
    for (const { worker } of after) worker.start();
  }

  /** Forgets runs that were not followed since `beforeMs`, with what was told about them, and what is pending as long. */
  prune(beforeMs: number): void {
    this.#outbox.prune(beforeMs, this.#clock.now());
  }

  /** Whether a receiver wants to hear again and again of what still fires. */
  get repeats(): boolean {
    return this.#destinations.some(({ configured }) => configured.options.repeat_interval !== undefined);
  }

  /** Sends what `nanwatch notifications retry` asks for. Returns whose it is. */
  resend(): ReadonlySet<string> {
    const names = this.#destinations.map(({ worker }) => worker.name);
    const resent = this.#outbox.resend(names, this.#clock.now());
    for (const { worker } of this.#destinations) if (resent.has(worker.name)) worker.wake();
    return resent;
  }

  /**
   * Stops and frees the state folder; what is pending waits there for the next agent. Requests on their way have until
   * `deadlineMs` (the clock's milliseconds since the epoch), by default they are aborted. May be called twice.
   */
  close(deadlineMs = this.#clock.now()): Promise<void> {
    this.#closing ??= this.#close(deadlineMs);
    return this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#started = false;
    await this.#stop([...this.#workers], deadlineMs);
    this.#outbox.close();
  }

  async #stop(workers: readonly Worker[], deadlineMs: number): Promise<void> {
    await Promise.all(workers.map((worker) => worker.stop(deadlineMs)));
    for (const worker of workers) this.#workers.delete(worker);
  }

  #tellOne(
    { configured: { options }, worker }: Destination,
    notice: Notice,
    spokenFor: boolean,
    history: boolean,
  ): void {
    const nowMs = this.#clock.now();
    const told = this.#outbox.told(notice.incidentId, options.name);
    // not remembered: it may come to lead, and be over by the time that it is seen again
    if (spokenFor && !told?.open && !history) return;
    const decision = decide(notice, told, options, history, nowMs);
    if (decision === 'nothing') return;
    // a beginning that was not sent is taken back when another alert speaks for it, or its end comes in a mute window
    const isQuiet = notice.status === 'resolved' && told?.open === true && (spokenFor || worker.isMuted);
    if (isQuiet && worker.withdraw(notice.incidentId)) {
      if (!spokenFor) this.#outbox.markTold(options.name, notice, nowMs);
      return;
    }
    if (decision === 'remember') this.#outbox.markTold(options.name, notice, nowMs);
    else worker.add(asSent(notice, told), notice.status === 'firing' && !told?.open);
  }

  #destination(configured: ConfiguredReceiver, externalUrl: string): Destination {
    const {
      logger,
      language = LANGUAGES.en,
      random = Math.random,
      maxAgeMs = DAY_MS,
      maxRequestMs = 660_000,
      onDelivered,
    } = this.#options;
    const { name } = configured.options;
    const worker = new Worker({
      configured,
      outbox: this.#outbox,
      externalUrl,
      language,
      clock: this.#clock,
      random,
      logger,
      maxAgeMs,
      maxRequestMs,
      counts: this.#countsOf(name),
      onDelivered: onDelivered ?? (() => {}),
    });
    this.#workers.add(worker);
    return { configured, worker };
  }

  #countsOf(name: string): DeliveryCounts {
    const counts = this.#counts.get(name) ?? { delivered: 0, retried: 0, dropped: 0 };
    this.#counts.set(name, counts);
    return counts;
  }
}

function assertDistinct(receivers: readonly ConfiguredReceiver[]): void {
  const names = receivers.map(({ options }) => options.name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new Error(`Two receivers have the name "${twice}". Give each its own with the option "name".`);
  }
}
