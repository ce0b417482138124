import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { ClientMessage, ServerMessage } from '../view/wire.ts';

const PROTOCOL = 'nanwatch.v1';
/** A client with this much unsent is too slow and is dropped: it is never waited for. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
const MAX_CLIENTS = 256;
const PING_MS = 30_000;
/** Close code "policy violation". */
const POLICY_VIOLATION = 1008;

const clientMessage: z.ZodType<ClientMessage> = z.object({
  type: z.literal('subscribe'),
  runs: z.array(z.string().max(4096)).max(10_000),
});

interface Client {
  readonly socket: WebSocket;
  /** null: every run. */
  runs: ReadonlySet<string> | null;
  alive: boolean;
}

/** The live stream at `/ws`: a greeting with everything there is, then what happens. */
export class Live {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: 1024 * 1024,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #clients = new Set<Client>();
  readonly #hello: () => ServerMessage;
  readonly #ping: NodeJS.Timeout;
  dropped = 0;

  /** @param hello makes the greeting for one client */
  constructor(hello: () => ServerMessage) {
    this.#hello = hello;
    this.#ping = setInterval(() => this.#pingAll(), PING_MS).unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Takes over an upgrade request for `/ws`, or refuses it. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refusalOf(request, this.#clients.size);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#welcome(accepted));
  }

  /** Sends a message to all who follow its run. It is written as JSON once, and not at all when nobody listens. */
  broadcast(run: string, message: () => ServerMessage): void {
    let text: string | undefined;
    for (const client of this.#clients) {
      if (client.runs !== null && !client.runs.has(run)) continue;
      text ??= JSON.stringify(message());
      this.#send(client, text);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#ping);
    for (const { socket } of this.#clients) socket.close(1001, 'agent stops');
    this.#server.close();
    // who does not answer the closing handshake is not waited for
    setTimeout(() => {
      for (const { socket } of this.#clients) socket.terminate();
    }, 500).unref();
  }

  #welcome(socket: WebSocket): void {
    const client: Client = { socket, runs: null, alive: true };
    this.#clients.add(client);
    socket.on('message', (data) => this.#receive(client, String(data)));
    socket.on('pong', () => {
      client.alive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#clients.delete(client));
    this.#send(client, JSON.stringify(this.#hello()));
  }

  #receive(client: Client, text: string): void {
    try {
      client.runs = new Set(clientMessage.parse(JSON.parse(text)).runs);
    } catch {
      client.socket.close(POLICY_VIOLATION, 'expected {"type":"subscribe","runs":[...]}');
    }
  }

  #send(client: Client, text: string): void {
    const { socket } = client;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) {
      this.dropped++;
      socket.terminate();
      return;
    }
    socket.send(text);
  }

  #pingAll(): void {
    for (const client of this.#clients) {
      if (!client.alive) {
        client.socket.terminate();
        continue;
      }
      client.alive = false;
      client.socket.ping();
    }
  }
}

/** A page of another site must not read what a browser on this machine may reach. */
function refusalOf(request: IncomingMessage, clients: number): string | null {
  const { origin, host } = request.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) return '403 Forbidden';
  return clients >= MAX_CLIENTS ? '503 Service Unavailable' : null;
}
