import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperatorError } from '../model/operator-error.ts';
import type { Live } from './live.ts';
import { type Answer, failure, route, type ServerSource, send } from './routes.ts';

/** The port is taken by somebody else. */
class PortTakenError extends OperatorError {}

/** Serves metrics, API, page and live stream on one address. */
export class HttpServer {
  readonly #server: Server;
  readonly #source: ServerSource;
  readonly #page: ReadonlyMap<string, Answer>;
  readonly #onError: (error: Error) => void;

  /** @param onError an answer could not be made; the client has got a 500 */
  constructor(source: ServerSource, live: Live, page: ReadonlyMap<string, Answer>, onError: (error: Error) => void) {
    this.#source = source;
    this.#page = page;
    this.#onError = onError;
    this.#server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (pathOf(request)?.pathname === '/ws') live.accept(request, socket, head);
      else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  }

  /**
   * Begins to listen.
   *
   * @returns the port, which the system chose when `port` was 0
   * @throws PortTakenError when another process has it
   */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? new PortTakenError(taken(host, port), { cause: error }) : error);
      });
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening; requests under way are answered. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 1_000).unref();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(request, response, await this.#find(request));
    } catch (error) {
      this.#onError(error as Error);
      send(request, response, failure(500, 'internal', 'The agent could not answer; its log says why.'));
    }
  }

  async #find(request: IncomingMessage): Promise<Answer> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return {
        ...failure(405, 'method_not_allowed', 'Only GET and HEAD are answered here.'),
        headers: { Allow: 'GET, HEAD' },
      };
    }
    const url = pathOf(request);
    if (url === null) return failure(400, 'bad_request', 'The request has no valid path.');
    return (
      this.#page.get(url.pathname) ??
      (await route(this.#source, url)) ??
      failure(404, 'not_found', 'Nothing is here; try /, /metrics or /api/v1/runs.')
    );
  }
}

function pathOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', 'http://agent');
}

function taken(host: string, port: number): string {
  return `${host}:${port} is in use by another process (see: ss -ltnp 'sport = :${port}'). Stop it, or choose another address with --listen.`;
}
