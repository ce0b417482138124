import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Notice } from '../../../src/model/notice.ts';
import type { Clock } from '../../../src/notify/clock.ts';
import type { Logger } from '../../../src/notify/logger.ts';
import { Notifier, type NotifierOptions } from '../../../src/notify/notifier.ts';
import type {
  CommonOptions,
  ConfiguredReceiver,
  Outcome,
  Receiver,
  SendContext,
} from '../../../src/notify/receiver.ts';

export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export function notice(changes: Partial<Notice> = {}): Notice {
  const severity = changes.severity ?? 'warning';
  return {
    incidentId: 'incident-1',
    runKey: 'saves/run',
    severity,
    status: 'firing',
    labels: { alertname: 'TrainerLossZero', run: 'run', severity },
    annotations: { summary: 'loss is 0' },
    startsAtMs: START_MS,
    endsAtMs: null,
    generatorUrl: 'http://127.0.0.1:9909/#run',
    ...changes,
  };
}

export function resolved(changes: Partial<Notice> = {}): Notice {
  return notice({ status: 'resolved', endsAtMs: START_MS + 60_000, ...changes });
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  #nowMs = START_MS;
  readonly #timers = new Set<Timer>();
  #watchers: (() => void)[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => this.#timers.delete(timer);
  }

  /** Milliseconds until the next timer, as soon as there is one. */
  async pause(): Promise<number> {
    while (this.#timers.size === 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return Math.min(...[...this.#timers].map(({ atMs }) => atMs)) - this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A real server on 127.0.0.1. It gives `answers` in their order and repeats the last; `silent` never answers. */
export async function hookServer(...answers: (Answer | 'silent')[]) {
  const received: Received[] = [];
  const watchers: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? { status: 200 };
    received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, text });
    if (answer !== 'silent') response.writeHead(answer.status, answer.headers).end(answer.body);
    for (const watcher of watchers.splice(0)) watcher();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => {
    await close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close,
    /** Resolves when `count` requests have come. */
    async requests(count: number): Promise<void> {
      while (received.length < count) await new Promise<void>((resolve) => watchers.push(resolve));
    },
  };
}

interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Keeps what is logged. */
class Lines implements Logger {
  readonly all: Line[] = [];
  info = (fields: object, message: string) => this.#keep('info', fields, message);
  warn = (fields: object, message: string) => this.#keep('warn', fields, message);
  error = (fields: object, message: string) => this.#keep('error', fields, message);

  get failures(): Line[] {
    return this.all.filter(({ level }) => level !== 'info');
  }

  #keep(level: Line['level'], fields: object, message: string): void {
    this.all.push({ level, fields: { ...fields }, message });
  }
}

export interface Attempt {
  readonly notice: Notice;
  readonly context: SendContext;
  settle(outcome: Outcome): void;
}

/** A receiver whose every outcome the test gives by hand. */
export class ManualReceiver implements Receiver {
  readonly attempts: Attempt[] = [];
  #watchers: (() => void)[] = [];

  send(sent: Notice, context: SendContext): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.attempts.push({ notice: sent, context, settle: resolve });
    for (const watcher of this.#watchers.splice(0)) watcher();
    return promise;
  }

  /** The n-th attempt (from 1), as soon as it is made. */
  async attempt(n: number): Promise<Attempt> {
    while (this.attempts.length < n) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.attempts[n - 1] as Attempt;
  }
}

/** A receiver that settles every attempt at once. */
export class InstantReceiver implements Receiver {
  readonly sent: { readonly notice: Notice; readonly key: string }[] = [];
  readonly #outcome: Outcome;

  constructor(outcome: Outcome = { kind: 'delivered' }) {
    this.#outcome = outcome;
  }

  async send(sent: Notice, { idempotencyKey: key }: SendContext): Promise<Outcome> {
    this.sent.push({ notice: sent, key });
    return this.#outcome;
  }

  get told(): string[] {
    return this.sent.map(({ notice: { status, severity } }) => `${status} ${severity}`);
  }
}

/** As a receiver is without options, except that nothing waits. */
export const ANY: CommonOptions = {
  type: 'test',
  name: 'hook',
  send_resolved: true,
  min_severity: 'info',
  match: {},
  group_wait: 0,
  repeat_interval: undefined,
  mute: [],
  rate_limit: undefined,
};

export function configured(receiver: Receiver, options: Partial<CommonOptions> = {}): ConfiguredReceiver {
  return { receiver, options: { ...ANY, ...options } };
}

/** A notifier in memory, with a clock that the test turns. */
export function setUp(options: Partial<NotifierOptions> & Pick<NotifierOptions, 'receivers'>) {
  const clock = new ManualClock();
  const lines = new Lines();
  const latencies: [string, number][] = [];
  const notifier = new Notifier({
    stateDir: null,
    externalUrl: 'http://127.0.0.1:9909',
    logger: lines,
    clock,
    random: () => 1,
    onDelivered: (receiver, seconds) => latencies.push([receiver, seconds]),
    ...options,
  });
  onTestFinished(() => notifier.close());
  return { notifier, clock, lines, latencies };
}
