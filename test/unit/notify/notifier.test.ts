import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configureReceiver, receiverOptions } from '../../../src/notify/index.ts';
import { StateLockedError } from '../../../src/notify/outbox-file.ts';
import {
  type Answer,
  configured,
  hookServer,
  InstantReceiver,
  ManualReceiver,
  notice,
  resolved,
  START_MS,
  setUp,
  temporaryFolder,
} from './support.ts';

const DAY_MS = 86_400_000;

describe('what is told', () => {
  test('is sent once, however often it is said', async () => {
    const receiver = new InstantReceiver();
    const { notifier } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    for (let n = 0; n < 3; n++) notifier.tell(notice());
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(resolved({ severity: 'info' }));
    notifier.tell(resolved({ severity: 'warning' }));
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing warning', 'firing critical', 'resolved critical']);
    expect(receiver.sent[2]?.notice.labels.severity).toBe('critical');
    expect(new Set(receiver.sent.map(({ key }) => key)).size).toBe(3);
    for (const { key } of receiver.sent) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('goes to each receiver as it wishes', async () => {
    const [all, severe, open] = [new InstantReceiver(), new InstantReceiver(), new InstantReceiver()] as const;
    const { notifier } = setUp({
      receivers: [
        configured(all, { name: 'all' }),
        configured(severe, { name: 'severe', min_severity: 'critical' }),
        configured(open, { name: 'open', send_resolved: false }),
      ],
    });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(resolved({ severity: 'critical' }));
    notifier.tell(resolved({ incidentId: 'while the agent was down' }));
    notifier.tell(notice({ incidentId: 'before the agent' }), { over: true });
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(all.told).toEqual(['firing warning', 'firing critical', 'resolved critical', 'resolved warning']);
    expect(severe.told).toEqual(['firing critical', 'resolved critical']);
    expect(open.told).toEqual(['firing warning', 'firing critical']);
    expect(all.sent[0]?.key).not.toBe(open.sent[0]?.key);
  });

  test('and is not in the log any more is told as resolved, once, to those who heard of it', async () => {
    const stateDir = temporaryFolder();
    const receiver = new InstantReceiver();
    const severe = new InstantReceiver();
    const receivers = [configured(receiver), configured(severe, { name: 'severe', min_severity: 'critical' })];
    const before = setUp({ stateDir, receivers });
    before.notifier.start();
    before.notifier.tell(notice({ incidentId: 'gone' }));
    before.notifier.tell(notice({ incidentId: 'still there' }));
    before.notifier.tell(notice({ incidentId: 'of another run', runKey: 'other' }));
    before.notifier.tell(notice({ incidentId: 'history' }), { over: true });
    await before.notifier.drain(START_MS + 1);
    await before.notifier.close();

    const { notifier, clock } = setUp({ stateDir, receivers });
    clock.advance(5_000);
    notifier.start();
    for (let n = 0; n < 2; n++) notifier.resolveAbsent('saves/run', new Set(['still there']));
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    const gone = notice({ incidentId: 'gone', status: 'resolved', endsAtMs: START_MS + 5_000 });
    expect(receiver.sent.slice(3).map((sent) => sent.notice)).toEqual([gone]);
    expect(severe.sent).toEqual([]);
  });

  test('is handed over: what another spoke for is told when it fires by itself', async () => {
    const receiver = new InstantReceiver();
    const { notifier } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(resolved(), { spokenFor: true });
    notifier.tell(notice());
    notifier.tell(resolved(), { spokenFor: true });
    notifier.tell(resolved());
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing warning', 'resolved warning']);
  });

  test('is not told again by the next agent, nor is history', async () => {
    const stateDir = temporaryFolder();
    const told: string[][] = [];
    for (let n = 0; n < 2; n++) {
      const receiver = new InstantReceiver();
      const { notifier } = setUp({ stateDir, receivers: [configured(receiver)] });
      expect(notifier.firstSeen('saves/run')).toBe(n === 0 ? null : START_MS);
      notifier.tell(notice({ incidentId: 'history' }), { over: n === 0 });
      notifier.rememberRun('saves/run');
      notifier.start();
      notifier.tell(notice());
      if (n === 1) notifier.tell(resolved());
      await notifier.drain(START_MS + 1);
      await notifier.close();
      told.push(receiver.told);
    }
    expect(told).toEqual([['firing warning'], ['resolved warning']]);
  });
});

describe('delivery', () => {
  test('keeps the order of a run, one request at a time, under one key for every attempt', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock, latencies } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const first = await receiver.attempt(1);
    first.settle({ kind: 'retry', reason: 'HTTP 503' });
    expect(await clock.pause()).toBe(500);
    clock.advance(499);
    expect(receiver.attempts).toHaveLength(1);
    clock.advance(1);
    const second = await receiver.attempt(2);
    expect(second.context.idempotencyKey).toBe(first.context.idempotencyKey);
    notifier.tell(notice({ incidentId: 'incident-2' }));
    notifier.tell(resolved());
    expect(receiver.attempts).toHaveLength(2);
    second.settle({ kind: 'delivered' });
    for (const [n, incidentId] of [
      [3, 'incident-2'],
      [4, 'incident-1'],
    ] as const) {
      const attempt = await receiver.attempt(n);
      expect(attempt.notice.incidentId).toBe(incidentId);
      expect(attempt.context.idempotencyKey).not.toBe(first.context.idempotencyKey);
      attempt.settle({ kind: 'delivered' });
    }
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(latencies).toEqual([
      ['hook', 0.5],
      ['hook', 0],
      ['hook', 0],
    ]);
    expect(notifier.receivers()).toEqual([{ name: 'hook', delivered: 3, retried: 1, dropped: 0, pending: 0 }]);
  });

  test('backs off, or waits as long as it is asked to', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const pauses: number[] = [];
    const asked = [undefined, undefined, 90_000, 0, undefined];
    for (const [n, retryAfterMs] of asked.entries()) {
      const outcome = {
        kind: 'retry',
        reason: 'HTTP 429',
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      } as const;
      (await receiver.attempt(n + 1)).settle(outcome);
      pauses.push(await clock.pause());
      clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([500, 1_000, 90_000, 500, 8_000]);
  });

  test('to a dead receiver does not delay another one', async () => {
    const [dead, alive] = [new ManualReceiver(), new InstantReceiver()] as const;
    const { notifier } = setUp({
      receivers: [configured(dead, { name: 'dead' }), configured(alive, { name: 'alive' })],
    });
    notifier.start();
    for (let n = 0; n < 50; n++) notifier.tell(notice({ incidentId: `${n}` }));
    const drained = notifier.drain(START_MS + 10);
    while (alive.sent.length < 50) await Promise.resolve();
    expect(dead.attempts).toHaveLength(1);
    await notifier.close();
    expect(await drained).toBe(false);
  });

  test('that is refused is dropped and the next one sent', async () => {
    const receiver = new InstantReceiver({ kind: 'dropped', reason: 'HTTP 404' });
    const { notifier } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(resolved());
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(notifier.receivers()).toEqual([{ name: 'hook', delivered: 0, retried: 0, dropped: 2, pending: 0 }]);
  });

  test('is given up after a day, but what an earlier agent left is tried once', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.tell(notice());
    clock.advance(2 * DAY_MS);
    notifier.tell(resolved());
    notifier.start();
    (await receiver.attempt(1)).settle({ kind: 'retry', reason: 'ECONNREFUSED' });
    expect(await clock.pause()).toBe(500);
    expect(notifier.receivers()).toMatchObject([{ retried: 0, dropped: 1, pending: 1 }]);
    clock.advance(500);
    expect((await receiver.attempt(2)).notice.status).toBe('resolved');
  });

  test('survives a receiver that throws', async () => {
    const receiver = { send: () => Promise.reject(new Error('https://example.org/T0ken')) };
    const { notifier, clock, lines } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    expect(await clock.pause()).toBe(500);
    expect(lines.failures).toMatchObject([{ fields: { reason: 'the receiver failed: unknown error' } }]);
  });

  test('survives a receiver that never says what became of it', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)], maxRequestMs: 20 });
    notifier.start();
    notifier.tell(notice());
    expect(await clock.pause()).toBe(500);
    expect((await receiver.attempt(1)).context.signal.aborted).toBe(true);
    clock.advance(500);
    (await receiver.attempt(2)).settle({ kind: 'delivered' });
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
  });

  test('holds a bounded number for a receiver that is down', async () => {
    const receiver = new ManualReceiver();
    const { notifier, lines } = setUp({ receivers: [configured(receiver)], maxPending: 5 });
    notifier.start();
    for (let n = 0; n < 12; n++) notifier.tell(notice({ incidentId: `${n}` }));
    expect(notifier.receivers()).toMatchObject([{ dropped: 7, pending: 5 }]);
    expect(lines.failures).toMatchObject([
      { level: 'error', fields: { reason: expect.stringContaining('too many pending') } },
    ]);
  });
});

describe('the end', () => {
  test('leaves what was not delivered to the next agent, under the same key', async () => {
    const stateDir = temporaryFolder();
    const receiver = new ManualReceiver();
    const before = setUp({ stateDir, receivers: [configured(receiver)] });
    before.notifier.start();
    before.notifier.tell(notice());
    before.notifier.tell(resolved());
    const first = await receiver.attempt(1);
    await before.notifier.close();
    expect(first.context.signal.aborted).toBe(true);
    first.settle({ kind: 'delivered' }); // too late: nobody is there to hear it

    const next = new InstantReceiver();
    const { notifier } = setUp({ stateDir, receivers: [configured(next)] });
    notifier.tell(resolved());
    notifier.start();
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(next.told).toEqual(['firing warning', 'resolved warning']);
    expect(next.sent[0]?.key).toBe(first.context.idempotencyKey);
  });

  test('waits for the request on its way, and counts it', async () => {
    const stateDir = temporaryFolder();
    const receiver = new ManualReceiver();
    const { notifier } = setUp({ stateDir, receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const attempt = await receiver.attempt(1);
    const closed = notifier.close(START_MS + 10_000);
    attempt.settle({ kind: 'delivered' });
    await closed;
    const after = setUp({ stateDir, receivers: [configured(receiver)] });
    expect(after.notifier.receivers()).toMatchObject([{ pending: 0 }]);
  });

  test('is not waited for when the next attempt comes after it, nor longer than allowed', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const late = notifier.drain(START_MS + 100);
    clock.advance(100);
    expect(await late).toBe(false);
    const inVain = notifier.drain(clock.now() + 10_000);
    (await receiver.attempt(1)).settle({ kind: 'retry', reason: 'HTTP 503', retryAfterMs: 60_000 });
    expect(await inVain).toBe(false);
    const worthwhile = notifier.drain(clock.now() + 60_000);
    clock.advance(60_000 - 1);
    clock.advance(1);
    expect(await worthwhile).toBe(false);
    (await receiver.attempt(2)).settle({ kind: 'delivered' });
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
  });

  test('frees the folder for another agent', async () => {
    const stateDir = temporaryFolder();
    const { notifier } = setUp({ stateDir, receivers: [] });
    expect(notifier.persistent).toBe(true);
    expect(() => setUp({ stateDir, receivers: [] })).toThrow(StateLockedError);
    await notifier.close();
    await notifier.close();
    expect(setUp({ stateDir, receivers: [] }).notifier.problems).toEqual([]);
  });
});

describe('other receivers', () => {
  test('take the place of those there are, with their queue and counts', async () => {
    const [before, after] = [new ManualReceiver(), new InstantReceiver()] as const;
    const { notifier, clock } = setUp({ receivers: [configured(before)] });
    notifier.start();
    notifier.tell(notice());
    const attempt = await before.attempt(1);
    const changed = notifier.reconfigure(
      [configured(after), configured(after, { name: 'new' })],
      '',
      clock.now() + 1_000,
    );
    notifier.tell(resolved());
    attempt.settle({ kind: 'delivered' });
    await changed;
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(before.attempts).toHaveLength(1);
    expect(after.told).toEqual(['resolved warning', 'resolved warning']);
    expect(notifier.receivers()).toMatchObject([
      { name: 'hook', delivered: 2 },
      { name: 'new', delivered: 1 },
    ]);
  });

  test('may come while the agent stops', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ stateDir: temporaryFolder(), receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const attempt = await receiver.attempt(1);
    const changed = notifier.reconfigure([configured(receiver)], '', clock.now() + 60_000);
    await notifier.close();
    attempt.settle({ kind: 'delivered' });
    clock.advance(60_000);
    await changed;
    expect(receiver.attempts).toHaveLength(1);
  });

  test('need names of their own', async () => {
    const twice = [configured(new InstantReceiver()), configured(new InstantReceiver())];
    expect(() => setUp({ receivers: twice })).toThrow('Two receivers have the name "hook"');
    const { notifier } = setUp({ receivers: [] });
    await expect(notifier.reconfigure(twice, '', START_MS)).rejects.toThrow('Two receivers');
  });
});

describe('the log', () => {
  test('has one line for a night of failures and one for the recovery', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock, lines } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    for (let n = 1; n <= 20; n++) {
      (await receiver.attempt(n)).settle({ kind: 'retry', reason: n % 2 ? 'HTTP 503' : 'ECONNREFUSED' });
      clock.advance(await clock.pause());
    }
    (await receiver.attempt(21)).settle({ kind: 'delivered' });
    await notifier.drain(clock.now() + 1);
    const alert = { receiver: 'hook', alertname: 'TrainerLossZero', run: 'run', status: 'firing' };
    expect(lines.all).toEqual([
      { level: 'warn', fields: { ...alert, outcome: 'retried', reason: 'HTTP 503' }, message: expect.any(String) },
      { level: 'info', fields: { receiver: 'hook', failures: 20 }, message: 'Receiver takes notifications again' },
      { level: 'info', fields: { ...alert, outcome: 'delivered' }, message: 'Notification delivered' },
    ]);
  });

  test('says what is wrong with the state folder', () => {
    const stateDir = '/dev/null/state';
    const { notifier, lines } = setUp({ stateDir, receivers: [] });
    expect(notifier.persistent).toBe(false);
    expect(lines.all).toEqual([{ level: 'error', fields: { stateDir }, message: notifier.problems[0] }]);
  });

  const TOKEN = 'T0ken';
  test.each<[string, Answer | 'silent' | 'closed']>([
    ['delivered', { status: 200 }],
    ['refused', { status: 403, body: TOKEN }],
    ['redirected', { status: 301, headers: { location: `https://example.org/${TOKEN}` } }],
    ['failing', { status: 500, body: TOKEN }],
    ['silent', 'silent'],
    ['closed', 'closed'],
  ])('never holds the address or the secret (%s)', async (_, answer) => {
    const server = await hookServer(...(answer === 'closed' ? [] : [answer]));
    if (answer === 'closed') await server.close();
    const stateDir = join(temporaryFolder(), 'state');
    const address = `${server.origin.replace('//', `//${TOKEN}:${TOKEN}@`)}/${TOKEN}?token=${TOKEN}#${TOKEN}`;
    const options = receiverOptions.parse({ type: 'webhook', url: address, secret: TOKEN, timeout: '50ms' });
    const { notifier, lines, clock } = setUp({ stateDir, receivers: [configureReceiver(options)] });
    notifier.start();
    notifier.tell(notice());
    await notifier.drain(clock.now() + 1);
    expect(lines.all).toHaveLength(1);
    const told = JSON.stringify([lines.all, notifier.problems, notifier.receivers()]);
    expect(told).not.toContain(TOKEN);
    expect(told).not.toContain(new URL(server.origin).host);
  });
});

test('from end to end: a server that is down for a while gets everything, once, in order', async () => {
  const server = await hookServer({ status: 503 }, { status: 429, headers: { 'retry-after': '30' } }, { status: 200 });
  const options = { type: 'webhook', url: server.origin, secret: 'quiet', group_wait: '0s' };
  const receivers = [configureReceiver(receiverOptions.parse(options))];
  const { notifier, clock, latencies } = setUp({ stateDir: temporaryFolder(), receivers });
  notifier.start();
  notifier.tell(notice());
  for (const pauseMs of [500, 30_000]) {
    expect(await clock.pause()).toBe(pauseMs);
    clock.advance(pauseMs);
  }
  expect(await notifier.drain(clock.now() + 10_000)).toBe(true);
  notifier.tell(resolved());
  expect(await notifier.drain(clock.now() + 10_000)).toBe(true);
  const bodies = server.received.map(({ text }) => JSON.parse(text).status);
  expect(bodies).toEqual(['firing', 'firing', 'firing', 'resolved']);
  const keys = server.received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
  expect(latencies).toEqual([
    ['webhook', 30.5],
    ['webhook', 0],
  ]);
});
