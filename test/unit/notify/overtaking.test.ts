import { describe, expect, test } from 'vitest';
import {
  configured,
  InstantReceiver,
  ManualReceiver,
  notice,
  resolved,
  START_MS,
  setUp,
  temporaryFolder,
} from './support.ts';

const AWAY = { kind: 'retry', reason: 'ECONNREFUSED' } as const;
const WAS_FIRING = 'from 2026-01-02T03:04:05.000Z to 2026-01-02T03:05:05.000Z';

describe('while a receiver is away', () => {
  test('an end takes the place of the beginning that could not be sent, and says both', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const first = await receiver.attempt(1);
    first.settle(AWAY);
    clock.advance((await clock.pause()) - 1);
    notifier.tell(resolved());
    expect(notifier.receivers()).toMatchObject([{ pending: 1 }]);
    clock.advance(1);
    const second = await receiver.attempt(2);
    expect(second.notice).toMatchObject({ status: 'resolved', annotations: { was_firing: WAS_FIRING } });
    expect(second.context.idempotencyKey).not.toBe(first.context.idempotencyKey);
    second.settle({ kind: 'delivered' });
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.attempts).toHaveLength(2);
  });

  test('what is said during the request that fails overtakes it too', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    const first = await receiver.attempt(1);
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(resolved());
    first.settle(AWAY);
    clock.advance(await clock.pause());
    expect(notifier.receivers()).toMatchObject([{ pending: 1 }]);
    expect((await receiver.attempt(2)).notice).toMatchObject({ status: 'resolved', severity: 'critical' });
  });

  test('an end whose beginning arrived is told as it is', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice());
    (await receiver.attempt(1)).settle({ kind: 'delivered' });
    await notifier.drain(clock.now() + 1);
    notifier.tell(resolved());
    (await receiver.attempt(2)).settle(AWAY);
    clock.advance(await clock.pause());
    expect((await receiver.attempt(3)).notice).toEqual(resolved());
  });

  test('an incident is one notification at most, whatever happens to it, also across a restart', async () => {
    const stateDir = temporaryFolder();
    const receiver = new ManualReceiver();
    const before = setUp({ stateDir, receivers: [configured(receiver)] });
    before.notifier.start();
    before.notifier.tell(notice());
    (await receiver.attempt(1)).settle(AWAY);
    await before.clock.pause();
    for (let n = 0; n < 100; n++) before.notifier.tell(n % 2 === 0 ? resolved() : notice());
    expect(before.notifier.receivers()).toMatchObject([{ pending: 1 }]);
    await before.notifier.close();
    const back = new InstantReceiver();
    const { notifier } = setUp({ stateDir, receivers: [configured(back)] });
    notifier.tell(resolved());
    notifier.start();
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(back.told.at(-1)).toBe('resolved warning');
  });

  test('one notification that it cannot take does not stand in the way of the others', async () => {
    const taken: string[] = [];
    const receiver = {
      send: async ({ incidentId }: { incidentId: string }) => {
        if (incidentId === 'poison') return { kind: 'retry', reason: 'HTTP 500' } as const;
        taken.push(incidentId);
        return { kind: 'delivered' } as const;
      },
    };
    const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
    notifier.start();
    notifier.tell(notice({ incidentId: 'poison' }));
    for (let n = 0; n < 20; n++) notifier.tell(notice({ incidentId: `${n}` }));
    for (let n = 0; n < 10 && taken.length < 20; n++) clock.advance(await clock.pause());
    while (taken.length < 20) await Promise.resolve();
    expect(notifier.receivers()).toMatchObject([{ delivered: 20, pending: 1 }]);
  });
});

test('requests of several runs go beside each other, at most four, and Retry-After of one stops all', async () => {
  const receiver = new ManualReceiver();
  const { notifier, clock } = setUp({ receivers: [configured(receiver)] });
  notifier.start();
  for (let n = 1; n <= 6; n++) notifier.tell(notice({ incidentId: `${n}`, runKey: `run-${n}` }));
  const four = await Promise.all([1, 2, 3, 4].map((n) => receiver.attempt(n)));
  expect(receiver.attempts).toHaveLength(4);
  four[0]?.settle({ kind: 'retry', reason: 'HTTP 429', retryAfterMs: 60_000 });
  four[1]?.settle({ kind: 'delivered' });
  four[2]?.settle({ kind: 'delivered' });
  four[3]?.settle({ kind: 'delivered' });
  expect(await clock.pause()).toBe(60_000);
  expect(receiver.attempts).toHaveLength(4);
  clock.advance(60_000);
  (await receiver.attempt(5)).settle({ kind: 'delivered' });
  const others = await Promise.all([6, 7].map((n) => receiver.attempt(n)));
  for (const { settle } of others) settle({ kind: 'delivered' });
  expect(await notifier.drain(clock.now() + 1)).toBe(true);
});
