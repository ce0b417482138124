import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DeadLetters } from '../../../src/notify/dead-letters.ts';
import { Outbox } from '../../../src/notify/outbox.ts';
import type { Pending } from '../../../src/notify/outbox-rows.ts';
import { configured, InstantReceiver, notice, resolved, START_MS, setUp, temporaryFolder } from './support.ts';

const REFUSED = { kind: 'dropped', reason: 'HTTP 404' } as const;

function letters(folder: string): DeadLetters {
  const dead = new DeadLetters(folder);
  onTestFinished(() => dead.close());
  return dead;
}

describe('a notification that is dropped', () => {
  test('is kept with its reason, and sent again under its key when somebody asks', async () => {
    const stateDir = temporaryFolder();
    const refusing = new InstantReceiver(REFUSED);
    const before = setUp({ stateDir, receivers: [configured(refusing)] });
    before.notifier.start();
    before.notifier.tell(notice());
    await before.notifier.drain(START_MS + 1);
    const dead = letters(stateDir);
    expect(dead.list()).toMatchObject([
      {
        receiver: 'hook',
        notice: notice(),
        seq: 1,
        attempts: 0,
        droppedMs: START_MS,
        reason: 'HTTP 404',
        asked: false,
      },
    ]);
    await before.notifier.close();

    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ stateDir, receivers: [configured(receiver)] });
    notifier.start();
    expect(notifier.resend()).toEqual(new Set());
    expect(dead.ask('another')).toBe(0);
    expect(dead.ask(null)).toBe(1);
    expect(notifier.resend()).toEqual(new Set(['hook']));
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.sent).toEqual(refusing.sent);
    expect(dead.list()).toEqual([]);
  });

  test('is not sent after something newer of its incident', async () => {
    const stateDir = temporaryFolder();
    const refusing = new InstantReceiver(REFUSED);
    const { notifier, clock } = setUp({ stateDir, receivers: [configured(refusing)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(resolved());
    await notifier.drain(clock.now() + 1);
    const dead = letters(stateDir);
    expect(dead.ask('hook')).toBe(2);
    notifier.resend();
    await notifier.drain(clock.now() + 1);
    expect(refusing.told).toEqual(['firing warning', 'resolved warning', 'resolved warning']);
    expect(dead.list()).toMatchObject([{ notice: { status: 'resolved' }, asked: false }]);
  });

  test('because too many were pending, or none was there to take it, is kept too', () => {
    const folder = temporaryFolder();
    const outbox = new Outbox({ folder, nowMs: START_MS, maxPending: 1 });
    onTestFinished(() => outbox.close());
    outbox.enqueue('a', notice({ incidentId: '1' }), START_MS);
    outbox.enqueue('a', notice({ incidentId: '2' }), START_MS + 1);
    const kept = () =>
      letters(folder)
        .list()
        .map(({ notice: { incidentId }, reason }) => `${incidentId}: ${reason}`);
    expect(kept()).toEqual(['1: too many were pending']);
    outbox.prune(START_MS + 2, START_MS + 3);
    expect(kept()).toEqual(['2: its receiver was not there for too long']);
    outbox.prune(START_MS + 10, START_MS + 10);
    expect(kept()).toEqual([]);
  });
});

test('the newest ten thousand are kept', () => {
  const dead = new DeadLetters(null);
  onTestFinished(() => dead.close());
  const pending: Pending = {
    id: 1,
    receiver: 'a',
    notice: notice(),
    seq: 1,
    createdMs: 1,
    attempts: 1,
    nextAttemptMs: 1,
  };
  for (let seq = 1; seq <= 10_003; seq++) dead.add({ ...pending, seq }, 'HTTP 404', seq);
  const kept = dead.list();
  expect(kept).toHaveLength(10_000);
  expect(kept[0]?.seq).toBe(4);
});

test('where they cannot be kept, it is said once and delivery goes on', async () => {
  const stateDir = temporaryFolder();
  mkdirSync(join(stateDir, 'dropped.sqlite'));
  const receiver = new InstantReceiver(REFUSED);
  const { notifier, lines } = setUp({ stateDir, receivers: [configured(receiver)] });
  notifier.start();
  for (let n = 0; n < 3; n++) notifier.tell(notice({ incidentId: `${n}` }));
  expect(await notifier.drain(START_MS + 1)).toBe(true);
  expect(notifier.persistent).toBe(true);
  expect(notifier.problems).toEqual([
    expect.stringMatching(/^Dropped notifications cannot be kept .*dropped|state|notify-/),
  ]);
  expect(lines.all.filter(({ message }) => message.includes('cannot be kept'))).toHaveLength(1);
  expect(notifier.receivers()).toMatchObject([{ dropped: 3 }]);
});

test('the outbox of an earlier version is taken over, with what is pending', () => {
  const folder = temporaryFolder();
  const before = new Outbox({ folder, nowMs: START_MS });
  before.enqueue('a', notice(), START_MS);
  before.close();
  const database = new DatabaseSync(join(folder, 'outbox.sqlite'));
  database.exec(`DROP INDEX pending_by_due; DROP INDEX pending_by_incident; ALTER TABLE pending DROP COLUMN run_key;
    CREATE INDEX pending_by_receiver ON pending (receiver, id); PRAGMA user_version = 1;`);
  database.close();
  const outbox = new Outbox({ folder, nowMs: START_MS });
  onTestFinished(() => outbox.close());
  expect(outbox.problems).toEqual([]);
  expect(outbox.told('incident-1', 'a')).toMatchObject({ seq: 1, open: true });
  expect(outbox.nextDue('a')?.notice).toEqual(notice());
  expect(outbox.nextDue('a', [notice().runKey])).toBeNull();
});
