import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const TLS = new URL('../../../fixtures/tls/', import.meta.url);

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `silent` never answers; `dripping` answers a byte now and then, without end. */
export type Manner = (request: Request) => Answer | 'silent' | 'dripping';

/** A real server on 127.0.0.1 that answers every request in this manner. */
export async function startServer(manner: Manner, tls = false) {
  const requests: Request[] = [];
  const watchers: (() => void)[] = [];
  const listener: RequestListener = async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const { method = '', headers } = request;
    const received = { method, path: pathname, query: searchParams, headers, text, json: JSON.parse(text) };
    requests.push(received);
    for (const watcher of watchers.splice(0)) watcher();
    const answer = manner(received);
    if (answer === 'silent') return;
    if (answer === 'dripping') {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, answer.headers).end(body);
  };
  const server = tls
    ? createSecureServer({ key: readFileSync(new URL('key.pem', TLS)), cert: readFileSync(new URL('cert.pem', TLS)) })
    : createServer();
  server.on('request', listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  onTestFinished(close);
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close,
    /** Resolves when `count` requests have come. */
    async got(count: number): Promise<void> {
      while (requests.length < count) await new Promise<void>((resolve) => watchers.push(resolve));
    },
  };
}
