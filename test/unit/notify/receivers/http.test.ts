import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../../src/model/notice.ts';
import { configureReceiver, RECEIVERS, receiverOptions } from '../../../../src/notify/index.ts';
import type { Outcome, SendContext } from '../../../../src/notify/receiver.ts';
import type { LanguageName } from '../../../../src/text/index.ts';
import { temporaryFolder } from '../support.ts';
import { contextOf, expectWholeCharacters, hostile, lostWeights, overAgain } from './notices.ts';
import { type Answer, type Manner, startServer } from './server.ts';
import { type Judged, PLANTED, SERVICES, type Service } from './services.ts';

function receiverOf({ type }: Service, options: object, lang: LanguageName = 'en') {
  return configureReceiver(receiverOptions.parse({ type, ...options }), lang).receiver;
}

/** One attempt at a server that answers in this manner. */
async function attempt(
  service: Service,
  manner: Manner,
  changes: Record<string, unknown> = {},
  notice = lostWeights(),
) {
  const server = await startServer(manner);
  return receiverOf(service, { ...service.options(server.origin), ...changes }).send(notice, contextOf());
}

function answering(service: Service, answer: Answer): Promise<Outcome> {
  return attempt(service, () => answer);
}

/** One attempt at the service itself: what it says of the request. */
async function delivered(service: Service, notice: Notice, lang: LanguageName): Promise<Judged> {
  let judged: Judged | undefined;
  const server = await startServer((request) => {
    judged = service.judge(request);
    return judged.answer;
  });
  const outcome = await receiverOf(service, service.options(server.origin), lang).send(notice, contextOf());
  expect({ outcome, refused: judged?.shown === null && judged.answer.body }).toEqual({
    outcome: { kind: 'delivered' },
    refused: false,
  });
  return judged as Judged;
}

function expectNoSecret(said: unknown): void {
  const text = JSON.stringify(said);
  for (const secret of Object.values(PLANTED)) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/127\.0\.0\.1|http/);
}

test('every kind that speaks HTTP is under this contract', () => {
  const others = ['email', 'command']; // they have tests of their own
  expect([...SERVICES.map(({ type }) => type), ...others]).toEqual(RECEIVERS.map(({ type }) => type));
});

describe.each(SERVICES.map((service) => [service.type, service] as const))('%s', (_, service) => {
  test.each([
    ['en', 'Weights', 'checkpoint-100'],
    ['zh-CN', '权重', 'checkpoint-100'],
  ] as const)('says in %s what a person needs, in a form that the service takes', async (lang, ...words) => {
    const { shown } = await delivered(service, lostWeights(), lang);
    for (const word of [...words, 'qwen2.5-7b/lora/sft', lostWeights().texts?.[lang]?.annotations.summary]) {
      expect(shown).toContain(word);
    }
  });

  test('says when it is over', async () => {
    await delivered(service, overAgain(), 'en');
  });

  test('keeps its limits and its form whatever a log says', async () => {
    const { shown } = await delivered(service, hostile(), 'zh-CN');
    expectWholeCharacters(shown ?? '');
  });

  test.each([408, 425, 429, 500, 502, 503, 504, 529])('tries again after HTTP %i', async (status) => {
    expect(await answering(service, { status, body: PLANTED.secret })).toEqual({
      kind: 'retry',
      reason: `HTTP ${status}`,
    });
  });

  test.each([400, 401, 403, 404, 410, 413, 422])('drops after HTTP %i', async (status) => {
    expect(await answering(service, { status, body: PLANTED.secret })).toEqual({
      kind: 'dropped',
      reason: `HTTP ${status}`,
    });
  });

  test('honours Retry-After', async () => {
    expect(await answering(service, { status: 429, headers: { 'retry-after': '7' }, body: 'slow' })).toEqual({
      kind: 'retry',
      reason: 'HTTP 429',
      retryAfterMs: 7_000,
    });
  });

  test('does not go where another host is said to be', async () => {
    const elsewhere = await startServer(() => ({ status: 200 }));
    const outcome = await answering(service, { status: 302, headers: { location: elsewhere.origin } });
    expect(outcome.kind).toBe('dropped');
    expect(elsewhere.requests).toEqual([]);
    expectNoSecret(outcome);
  });

  test('tries again when nothing is answered within the time limit', async () => {
    const outcome = await attempt(service, () => 'silent', { timeout: '50ms' });
    expect(outcome).toEqual({ kind: 'retry', reason: 'no answer within 50 ms' });
  });

  test('does not wait for an answer without end', async () => {
    const begun = performance.now();
    await attempt(service, () => 'dripping', { timeout: '300ms' });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('does not hold an answer of 10 MB', async () => {
    const outcome = await answering(service, { status: 200, body: 'x'.repeat(10_000_000) });
    // where the answer says nothing of interest it is not read
    expect(['delivered', 'retry']).toContain(outcome.kind);
  });

  test('tries again when the connection is refused', async () => {
    const server = await startServer(() => ({ status: 200 }));
    await server.close();
    const outcome = await receiverOf(service, service.options(server.origin)).send(lostWeights(), contextOf());
    expect(outcome).toEqual({ kind: 'retry', reason: 'ECONNREFUSED' });
  });

  test('tries again when the certificate is nobody knows whose, and says nothing to it', async () => {
    const server = await startServer(() => ({ status: 200 }), true);
    const outcome = await receiverOf(service, service.options(server.origin)).send(lostWeights(), contextOf());
    expect(outcome).toEqual({ kind: 'retry', reason: expect.stringMatching(/^DEPTH_ZERO_SELF_SIGNED_CERT/) });
    expect(server.requests).toEqual([]);
  });

  test('stops when the agent does', async () => {
    const server = await startServer(() => 'silent');
    const abort = new AbortController();
    const context: SendContext = contextOf({ signal: abort.signal });
    const outcome = receiverOf(service, service.options(server.origin)).send(lostWeights(), context);
    await server.got(1);
    abort.abort();
    expect(await outcome).toEqual({ kind: 'retry', reason: 'stopped' });
  });

  test.each(service.busy)('tries again after %j under a status of 200', async (body) => {
    const outcome = await answering(service, { status: 200, body });
    expect(outcome.kind).toBe('retry');
    expectNoSecret(outcome);
  });

  test.each(service.refusals)('drops after %j under a status of 200, and says why', async (body) => {
    const outcome = await answering(service, { status: 200, body });
    expect(outcome).toEqual({ kind: 'dropped', reason: expect.stringMatching(/code -?\d+: .{10}/) });
    expectNoSecret(outcome);
  });

  test.each(service.secrets)(
    'takes %s from a file, with a line break at its end, read anew each time',
    async (name) => {
      const server = await startServer((request) => service.judge(request).answer);
      const file = join(temporaryFolder(), name);
      const { [name]: value, ...rest } = service.options(server.origin);
      const receiver = receiverOf(service, { ...rest, [`${name}_file`]: file });
      expect(await receiver.send(lostWeights(), contextOf())).toEqual({
        kind: 'retry',
        reason: `${name}_file cannot be read: ENOENT`,
      });
      writeFileSync(file, ' \n');
      expect(await receiver.send(lostWeights(), contextOf())).toEqual({
        kind: 'retry',
        reason: `${name}_file is empty`,
      });
      writeFileSync(file, `${value}\n`);
      expect(await receiver.send(lostWeights(), contextOf())).toEqual({ kind: 'delivered' });
    },
  );

  test('wants each secret once, and does not repeat it', () => {
    for (const name of service.secrets) {
      const options = { type: service.type, ...service.options('http://127.0.0.1:9'), [`${name}_file`]: '/f' };
      const { error } = receiverOptions.safeParse(options);
      expect(error?.issues[0]?.message).toBe(`give one of ${name} and ${name}_file, not both`);
      expectNoSecret(error?.issues.map(({ message }) => message));
    }
  });
});

describe('an answer that nothing is known of', () => {
  test.each(['feishu', 'dingtalk', 'wecom', 'telegram'])(
    'under a status of 200 is no delivery for %s',
    async (type) => {
      const service = SERVICES.find((one) => one.type === type) as Service;
      for (const body of ['<html>sign in</html>', '', '[]', { message: 'ok' }]) {
        expect(await answering(service, { status: 200, body })).toMatchObject({
          kind: 'retry',
          reason: expect.stringContaining('is the address right?'),
        });
      }
    },
  );
});
