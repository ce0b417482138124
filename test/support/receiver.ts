import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AlertmanagerBody } from '../../src/notify/alertmanager-body.ts';
import { until } from './until.ts';

type AlertmanagerAlert = AlertmanagerBody['alerts'][number];

/** One request that a receiver got. */
export interface Delivery {
  /** When its last byte was there, ms since the epoch. */
  readonly atMs: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: AlertmanagerBody;
  /** What it was answered; null when the connection was cut or is held. */
  readonly status: number | null;
}

/** How requests are answered: with a status, not at all while the request is held, or by cutting the connection. */
export type Manner = number | 'hold' | 'cut';

/** A real HTTP receiver of webhooks. */
export class Receiver {
  readonly got: Delivery[] = [];
  manner: Manner = 204;
  /** Headers of every answer. */
  headers: Readonly<Record<string, string>> = {};
  /** Called as soon as a request is there, before it is answered. */
  onDelivery: (delivery: Delivery) => void = () => {};
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => {});
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { manner } = this;
        const status = typeof manner === 'number' ? manner : null;
        const { url: path = '', headers } = request;
        const delivery = { atMs: Date.now(), path, headers, text, body: JSON.parse(text), status };
        this.got.push(delivery);
        this.onDelivery(delivery);
        if (status !== null) response.writeHead(status, this.headers).end();
        else if (manner === 'cut') request.socket.destroy();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Those that were answered with success. */
  get accepted(): Delivery[] {
    return this.got.filter(({ status }) => status !== null && status < 300);
  }

  /** Every alert that was accepted, in order. */
  get alerts(): AlertmanagerAlert[] {
    return this.accepted.flatMap(({ body }) => body.alerts);
  }

  /** `TrainerLossNonFinite firing critical run`, one for each alert that was accepted. */
  get told(): string[] {
    return this.alerts.map(({ status, labels }) => `${labels.alertname} ${status} ${labels.severity} ${labels.run}`);
  }

  /** The first request for which `wanted` is true, once it is there. */
  next(what: string, wanted: (delivery: Delivery) => boolean, withinMs = 10_000): Promise<Delivery> {
    return until(`the receiver gets ${what}; it has: ${this.told.join(', ')}`, () => this.got.find(wanted), {
      withinMs,
      everyMs: 5,
    });
  }

  /** Waits until it was told `line`, in the form of {@link told}. */
  async wasTold(line: string, withinMs = 10_000): Promise<Delivery> {
    await until(`told "${line}"`, () => this.told.includes(line), { withinMs, everyMs: 5 }).catch((error: Error) => {
      throw new Error(`${error.message}; told: ${this.told.join(', ')}`);
    });
    return this.accepted[this.told.indexOf(line)] as Delivery;
  }

  /** Listens again where it listened before. */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

export async function startReceiver(): Promise<Receiver> {
  const receiver = new Receiver();
  await receiver.open();
  onTestFinished(() => receiver.close());
  return receiver;
}
