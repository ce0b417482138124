import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { postJson } from '../../../src/notify/http-post.ts';
import type { Outcome } from '../../../src/notify/receiver.ts';
import { START_MS, temporaryFolder } from './support.ts';

interface Options {
  readonly timeoutMs?: number;
  judge?(body: string): Outcome;
}

function post(url: string, options: Options = {}): Promise<Outcome> {
  const signal = new AbortController().signal;
  return postJson({ url, body: '{"a":1}', headers: {}, timeoutMs: 5_000, nowMs: START_MS, signal, ...options });
}

async function portOf(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await portOf(createHttpServer(listener))}`;
}

/** A real https server whose certificate is signed by itself. */
async function serveTls(): Promise<{ origin: string; cert: string }> {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=another.host', '-addext', 'subjectAltName=DNS:another.host'];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ];
  execFileSync('openssl', args, { stdio: 'ignore' });
  const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end(),
  );
  return { origin: `https://127.0.0.1:${await portOf(server)}`, cert };
}

describe('a redirect', () => {
  test.each([301, 302, 307, 308])(
    'of status %i within the host is followed with method, body and password',
    async (status) => {
      const seen: string[] = [];
      const origin = await serve(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        seen.push(`${request.method} ${request.url} ${body} ${request.headers.authorization}`);
        if (request.url === '/old') response.writeHead(status, { location: '/new' }).end();
        else response.end();
      });
      expect(await post(`${origin.replace('//', '//a:b@')}/old`)).toEqual({ kind: 'delivered' });
      expect(seen[1]).toBe('POST /new {"a":1} Basic YTpi');
    },
  );

  test.each([
    ['another port', (port: string) => `http://127.0.0.1:${Number(port) - 1}/`],
    ['another name of the same machine', (port: string) => `http://localhost:${port}/`],
    ['a password', (port: string) => `http://x:y@127.0.0.1:${port}/`],
    ['another kind of address', () => 'file:///etc/passwd'],
    ['nowhere', () => ''],
  ])('to %s is not followed', async (_, location) => {
    let asked = 0;
    const origin = await serve((request, response) => {
      asked++;
      response.writeHead(307, { location: location(String(request.socket.localPort)) }).end();
    });
    expect(await post(origin)).toMatchObject({ kind: 'dropped', reason: expect.stringContaining('HTTP 307') });
    expect(asked).toBe(1);
  });

  test('that asks for another page (303) is not followed', async () => {
    const origin = await serve((_, response) => response.writeHead(303, { location: '/thanks' }).end());
    expect(await post(origin)).toMatchObject({ kind: 'dropped' });
  });

  test('in a circle ends', async () => {
    let asked = 0;
    const origin = await serve((_, response) => {
      asked++;
      response.writeHead(308, { location: '/' }).end();
    });
    expect(await post(origin)).toMatchObject({ kind: 'dropped' });
    expect(asked).toBe(4);
  });
});

describe('an answer', () => {
  test('that comes byte by byte ends at the time limit', async () => {
    const origin = await serve((request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 5);
      request.socket.on('close', () => clearInterval(drip));
    });
    const outcome = await post(origin, { timeoutMs: 100, judge: () => ({ kind: 'delivered' }) });
    expect(outcome).toEqual({ kind: 'retry', reason: 'no answer within 100 ms' });
  });

  test('whose head comes byte by byte ends at the time limit', async () => {
    const origin = await serve((request) => {
      const drip = setInterval(() => request.socket.write('H'), 5);
      request.socket.on('close', () => clearInterval(drip));
    });
    expect(await post(origin, { timeoutMs: 100 })).toMatchObject({ kind: 'retry' });
  });

  test('of 10 MB is held to its first 64 KiB, and the rest is not taken', async () => {
    const closed = Promise.withResolvers<boolean>();
    const origin = await serve((request, response) => {
      response.writeHead(200).end('x'.repeat(10_000_000));
      request.socket.on('close', () => closed.resolve(response.writableFinished));
    });
    let judged = 0;
    const judge = (body: string): Outcome => {
      judged = body.length;
      return { kind: 'dropped', reason: 'an error inside' };
    };
    expect(await post(origin, { judge })).toEqual({ kind: 'dropped', reason: 'an error inside' });
    expect(judged).toBe(65_536);
    expect(await closed.promise, 'all of it was taken').toBe(false);
  });

  test('is not judged when the status speaks for itself', async () => {
    const origin = await serve((_, response) => response.writeHead(503).end('{"code":0}'));
    const outcome = await post(origin, { judge: () => ({ kind: 'delivered' }) });
    expect(outcome).toEqual({ kind: 'retry', reason: 'HTTP 503' });
  });
});

test('a certificate that nobody vouches for is an error that says so', async () => {
  const { origin } = await serveTls();
  const outcome = await post(`${origin}/T0ken`);
  expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/SELF_SIGNED.*: the certificate/) });
  expect(JSON.stringify(outcome)).not.toContain('T0ken');
});

test('a certificate for another host is an error that says so, even from a trusted authority', async () => {
  const { origin, cert } = await serveTls();
  const module = new URL('../../../src/notify/http-post.ts', import.meta.url).href;
  const request = { url: origin, body: '{}', headers: {}, timeoutMs: 5_000, nowMs: START_MS };
  const program = `import { postJson } from ${JSON.stringify(module)};
    console.log((await postJson({ ...${JSON.stringify(request)}, signal: new AbortController().signal })).reason);`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
  expect(stdout.trim()).toBe('ERR_TLS_CERT_ALTNAME_INVALID: the certificate is for another host');
});
