import type { ServerMessage } from '../view/wire.ts';
import { backoffMs, failuresAfter } from './backoff.ts';

/**
 * The connection to the agent, kept up as long as the page is open.
 *
 * It is live from the agent's `hello` on, not from the opened socket: a proxy may accept and then say nothing.
 * After every loss the next `hello` replaces all that was known, so nothing is asked again or patched up here.
 */
export type Connection =
  /** `failures` in a row before this attempt. */
  | { readonly state: 'connecting'; readonly failures: number }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly retryAtMs: number };

const SUBPROTOCOL = 'nanwatch.v1';
/** A handshake that is not answered by then is given up. */
export const HELLO_TIMEOUT_MS = 10_000;

export interface Listener {
  onMessage(message: ServerMessage): void;
  onConnection(connection: Connection): void;
}

/** Where the agent's stream is, next to the page at `pageUrl`, whatever path a proxy put in front. */
export function streamUrl(pageUrl: string): string {
  const url = new URL('ws', pageUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = '';
  url.hash = '';
  return url.href;
}

export class LiveSocket {
  readonly #url: string;
  readonly #listener: Listener;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #liveSinceMs: number | null = null;

  constructor(url: string, listener: Listener) {
    this.#url = url;
    this.#listener = listener;
  }

  connect(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#listener.onConnection({ state: 'connecting', failures: this.#failures });
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(socket), HELLO_TIMEOUT_MS);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => this.#lose(socket);
  }

  /** Tries at once when the next attempt is still being waited for. */
  retryNow(): void {
    if (this.#socket === null) this.connect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#drop();
  }

  #receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === null) return;
    if (message.type === 'hello') {
      clearTimeout(this.#timer);
      this.#liveSinceMs = Date.now();
      this.#listener.onConnection({ state: 'live' });
    }
    this.#listener.onMessage(message);
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#drop();
    const now = Date.now();
    this.#failures = failuresAfter(this.#failures, this.#liveSinceMs === null ? null : now - this.#liveSinceMs);
    this.#liveSinceMs = null;
    const delayMs = backoffMs(this.#failures, Math.random());
    this.#timer = setTimeout(() => this.connect(), delayMs);
    this.#listener.onConnection({ state: 'lost', retryAtMs: now + delayMs });
  }

  /** Lets the socket go; whatever it still says is not heard. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}

/** A message, or null for what cannot be one. */
export function parseMessage(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}
