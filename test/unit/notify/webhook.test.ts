import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configureReceiver, RECEIVERS, receiverOptions } from '../../../src/notify/index.ts';
import type { Outcome, SendContext } from '../../../src/notify/receiver.ts';
import { type Answer, hookServer, notice, START_MS, temporaryFolder } from './support.ts';

const TOKEN = 'T0ken-in-the-path';

function context(changes: Partial<SendContext> = {}): SendContext {
  return {
    receiverName: 'hook',
    idempotencyKey: 'a'.repeat(32),
    externalUrl: 'http://127.0.0.1:9909',
    nowMs: START_MS,
    signal: new AbortController().signal,
    ...changes,
  };
}

function send(options: object, changes: Partial<SendContext> = {}): Promise<Outcome> {
  const parsed = receiverOptions.parse({ type: 'webhook', ...options });
  return configureReceiver(parsed).receiver.send(notice(), context(changes));
}

async function outcomeOf(answer: Answer): Promise<Outcome> {
  const server = await hookServer(answer);
  return send({ url: `${server.origin}/${TOKEN}?key=${TOKEN}` });
}

describe('request', () => {
  test('is a POST of JSON with the key and an honest signature', async () => {
    const server = await hookServer({ status: 200 });
    expect(await send({ url: `${server.origin}/hook?x=1`, secret: 'quiet' })).toEqual({ kind: 'delivered' });
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/hook?x=1' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'nanwatch',
      'idempotency-key': 'a'.repeat(32),
    });
    const hmac = createHmac('sha256', 'quiet')
      .update(request?.text ?? '')
      .digest('hex');
    expect(request?.headers['x-nanwatch-signature']).toBe(`sha256=${hmac}`);
    expect(JSON.parse(request?.text ?? '')).toMatchObject({ version: '4', receiver: 'hook', status: 'firing' });
  });

  test('is not signed without a secret', async () => {
    const server = await hookServer({ status: 204 });
    await send({ url: server.origin });
    expect(server.received[0]?.headers).not.toHaveProperty('x-nanwatch-signature');
  });

  test('takes address and secret from files, read anew each time', async () => {
    const server = await hookServer({ status: 200 });
    const [url_file, secret_file] = ['url', 'secret'].map((name) => join(temporaryFolder(), name)) as [string, string];
    const { receiver } = configureReceiver(receiverOptions.parse({ type: 'webhook', url_file, secret_file }));
    expect(await receiver.send(notice(), context())).toEqual({
      kind: 'retry',
      reason: 'url_file cannot be read: ENOENT',
    });
    writeFileSync(url_file, `${server.origin}/first\n`);
    writeFileSync(secret_file, '\n');
    expect(await receiver.send(notice(), context())).toEqual({ kind: 'retry', reason: 'secret_file is empty' });
    writeFileSync(secret_file, 'rotated\n');
    expect(await receiver.send(notice(), context())).toEqual({ kind: 'delivered' });
    const [request] = server.received;
    const hmac = createHmac('sha256', 'rotated')
      .update(request?.text ?? '')
      .digest('hex');
    expect(request?.headers['x-nanwatch-signature']).toBe(`sha256=${hmac}`);
    writeFileSync(url_file, TOKEN);
    const outcome = await receiver.send(notice(), context());
    expect(outcome).toEqual({ kind: 'retry', reason: 'url_file holds no http:// or https:// address' });
  });

  test.each([
    ['ops:p%40ss', 'ops:p@ss'],
    ['ops:100%', 'ops:100%'],
  ])('sends the credentials of %s as basic authentication', async (written, meant) => {
    const server = await hookServer({ status: 200 });
    const outcome = await send({ url: `${server.origin.replace('//', `//${written}@`)}/hook` });
    expect(outcome).toEqual({ kind: 'delivered' });
    const authorization = server.received[0]?.headers.authorization ?? '';
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(meant);
  });
});

describe('outcome', () => {
  test.each([200, 201, 202, 204, 299])('of HTTP %i is delivered', async (status) => {
    expect(await outcomeOf({ status })).toEqual({ kind: 'delivered' });
  });

  test.each([408, 425, 429, 500, 502, 503, 504, 529])('of HTTP %i is another attempt', async (status) => {
    expect(await outcomeOf({ status })).toEqual({ kind: 'retry', reason: `HTTP ${status}` });
  });

  test.each([400, 401, 403, 404, 410, 413, 422])('of HTTP %i is a drop', async (status) => {
    expect(await outcomeOf({ status, body: TOKEN })).toEqual({ kind: 'dropped', reason: `HTTP ${status}` });
  });

  test('of a redirect is a drop that says so, and the other address is not asked', async () => {
    const elsewhere = await hookServer({ status: 200 });
    const outcome = await outcomeOf({ status: 302, headers: { location: `${elsewhere.origin}/${TOKEN}` } });
    expect(outcome).toMatchObject({
      kind: 'dropped',
      reason: expect.stringMatching(/^HTTP 302: redirects are followed on the same host only/),
    });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
    expect(elsewhere.received).toHaveLength(0);
  });

  const date = new Date(START_MS).toUTCString();
  const in90s = new Date(START_MS + 90_000).toUTCString();
  test.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a date, by the clock of the server', { 'retry-after': in90s, date }, 90_000],
    ['a date in the past', { 'retry-after': date, date: in90s }, 0],
    ['more than an hour', { 'retry-after': '86400' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a fraction', { 'retry-after': '1.5' }, undefined],
    ['negative seconds', { 'retry-after': '-5' }, undefined],
  ])('honours Retry-After: %s', async (_, headers, expected) => {
    const outcome = await outcomeOf({ status: 429, headers });
    expect(outcome).toEqual({
      kind: 'retry',
      reason: 'HTTP 429',
      ...(expected !== undefined && { retryAfterMs: expected }),
    });
  });

  test('of a refused connection is another attempt', async () => {
    const server = await hookServer();
    await server.close();
    expect(await send({ url: `${server.origin}/${TOKEN}` })).toEqual({ kind: 'retry', reason: 'ECONNREFUSED' });
  });

  test('of no answer is another attempt after the time limit', async () => {
    const server = await hookServer('silent');
    const outcome = await send({ url: server.origin, timeout: '50ms' });
    expect(outcome).toEqual({ kind: 'retry', reason: 'no answer within 50 ms' });
  });

  test('of a request aborted by the stop of the agent is another attempt', async () => {
    const server = await hookServer('silent');
    const abort = new AbortController();
    const outcome = send({ url: server.origin }, { signal: abort.signal });
    await server.requests(1);
    abort.abort();
    expect(await outcome).toEqual({ kind: 'retry', reason: 'stopped' });
  });

  test('does not wait for an answer without end', async () => {
    const server = await hookServer({ status: 200, headers: { 'content-length': '1000000000' }, body: 'x' });
    expect(await send({ url: server.origin })).toEqual({ kind: 'delivered' });
  });
});

describe('options', () => {
  const parse = (options: object) => receiverOptions.safeParse({ type: 'webhook', ...options });

  test('have defaults', () => {
    expect(parse({ url: 'https://example.org/hook' }).data).toEqual({
      type: 'webhook',
      name: 'webhook',
      send_resolved: true,
      min_severity: 'info',
      url: 'https://example.org/hook',
      timeout: 10_000,
    });
  });

  test.each([
    ['an address of another kind', { url: `ftp://example.org/${TOKEN}` }, /http:\/\/ or https:\/\//],
    ['a relative address', { url: TOKEN }, /http:\/\/ or https:\/\//],
    ['no address', {}, /url and url_file/],
    ['two addresses', { url: `https://example.org/${TOKEN}`, url_file: '/f' }, /url and url_file/],
    ['two secrets', { url: 'https://example.org', secret: TOKEN, secret_file: '/f' }, /secret and secret_file/],
    ['an unknown option', { url: `https://example.org/${TOKEN}`, sekret: TOKEN }, /sekret/],
    ['a time limit without unit', { url: `https://example.org/${TOKEN}`, timeout: '10' }, /500ms, 10s or 1m/],
    ['a time limit of nothing', { url: `https://example.org/${TOKEN}`, timeout: '0s' }, /at least 1ms/],
  ])('refuse %s without repeating it', (_, options, expected) => {
    const { error } = parse(options);
    expect(error?.message).toMatch(expected);
    expect(error?.message).not.toContain(TOKEN);
  });
});

test('every kind has its own type and says it in its options', () => {
  const types = RECEIVERS.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  for (const kind of RECEIVERS) expect(kind.options.shape.type.value).toBe(kind.type);
});
