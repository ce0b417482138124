import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { receiverOptions } from '../../../src/notify/index.ts';
import { Mute, matches, routingOptions } from '../../../src/notify/routing.ts';
import { ANY, configured, InstantReceiver, ManualReceiver, notice, resolved, START_MS, setUp } from './support.ts';

const options = z.strictObject(routingOptions);
const mutes = (...windows: object[]) => options.parse({ mute: windows }).mute;
/** START_MS is a Friday, 03:04:05 UTC. */
const FRIDAY_4AM = { days: ['fri'], from: '03:00', to: '04:00' };

describe('match', () => {
  test.each<[Record<string, string | string[]>, boolean]>([
    [{}, true],
    [{ team: 'nlp' }, true],
    [{ team: 'vision' }, false],
    [{ team: ['vision', 'nlp'] }, true],
    [{ team: 'nlp', run: 'a' }, true],
    [{ team: 'nlp', run: 'b' }, false],
    [{ owner: 'me' }, false],
  ])('%j is %s', (match, expected) => {
    expect(matches(match, { team: 'nlp', run: 'a' })).toBe(expected);
  });

  test('tells only what it names; who heard of a beginning hears of its end', async () => {
    const [critical, run] = [new InstantReceiver(), new InstantReceiver()] as const;
    const { notifier } = setUp({
      receivers: [
        configured(critical, { name: 'critical', match: { severity: 'critical' } }),
        configured(run, { name: 'run', match: { run: ['a', 'b'] } }),
      ],
    });
    notifier.start();
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(resolved({ labels: { alertname: 'TrainerLossZero', run: 'run', severity: 'warning' } }));
    notifier.tell(notice({ incidentId: '2', labels: { alertname: 'x', run: 'b', severity: 'warning' } }));
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(critical.told).toEqual(['firing critical', 'resolved critical']);
    expect(run.sent.map((sent) => sent.notice.incidentId)).toEqual(['2']);
  });
});

describe('group_wait', () => {
  const patient = { group_wait: 5_000 };

  test('holds what is not critical until what belongs to it is known', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, patient)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(notice({ incidentId: 'urgent', severity: 'critical' }));
    while (receiver.sent.length < 1) await Promise.resolve();
    expect(receiver.told).toEqual(['firing critical']);
    expect(await clock.pause()).toBe(5_000);
    clock.advance(5_000);
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing critical', 'firing warning']);
  });

  test('makes one message of an alert that becomes critical, or ends', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, patient)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(notice({ incidentId: 'short' }));
    notifier.tell(resolved({ incidentId: 'short' }));
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing critical', 'resolved warning']);
    expect(receiver.sent[1]?.notice.annotations.was_firing).toMatch(/^from .* to /);
  });

  test('says nothing of an alert for which another speaks', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, patient)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(resolved(), { spokenFor: true });
    notifier.tell(notice({ incidentId: 'leader', severity: 'critical' }));
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing critical']);
    notifier.tell(notice());
    clock.advance(5_000);
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing critical', 'firing warning']);
  });

  test('does not lose a short alert for those who do not want to hear of ends', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, { ...patient, send_resolved: false })] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(resolved());
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing warning']);
  });

  test('loses nothing when the lead goes there and back while no agent looks', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, patient)] });
    notifier.start();
    notifier.tell(notice());
    notifier.tell(resolved(), { spokenFor: true });
    notifier.tell(notice({ incidentId: 'leader' }));
    notifier.tell(resolved({ incidentId: 'leader' }), { spokenFor: true });
    notifier.tell(resolved());
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.sent.map((sent) => `${sent.notice.incidentId} ${sent.notice.status}`)).toEqual([
      'incident-1 resolved',
    ]);
  });

  test('ends with the agent', async () => {
    const receiver = new InstantReceiver();
    const { notifier } = setUp({ receivers: [configured(receiver, patient)] });
    notifier.start();
    notifier.tell(notice());
    expect(await notifier.drain(START_MS + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing warning']);
  });
});

test('repeat_interval tells again what still fires, under another key, and not what is over', async () => {
  const receiver = new InstantReceiver();
  const { notifier, clock } = setUp({ receivers: [configured(receiver, { repeat_interval: 3_600_000 })] });
  notifier.start();
  expect(notifier.repeats).toBe(true);
  for (let minute = 0; minute < 150; minute++) {
    notifier.tell(notice());
    clock.advance(60_000);
  }
  notifier.tell(resolved());
  clock.advance(7_200_000);
  notifier.tell(resolved());
  expect(await notifier.drain(clock.now() + 1)).toBe(true);
  expect(receiver.told).toEqual(['firing warning', 'firing warning', 'firing warning', 'resolved warning']);
  expect(new Set(receiver.sent.map(({ key }) => key)).size).toBe(4);
});

describe('mute', () => {
  test.each<[string, object, string, boolean]>([
    ['within', FRIDAY_4AM, '2026-01-02T03:00:00Z', true],
    ['its end is outside', FRIDAY_4AM, '2026-01-02T04:00:00Z', false],
    ['another day', FRIDAY_4AM, '2026-01-03T03:30:00Z', false],
    ['a whole day', { days: ['sat'] }, '2026-01-03T23:59:59Z', true],
    ['the day after', { days: ['sat'] }, '2026-01-04T00:00:00Z', false],
    ['past midnight', { days: ['fri'], from: '22:00', to: '06:00' }, '2026-01-03T05:59:00Z', true],
    ['before it began', { days: ['fri'], from: '22:00', to: '06:00' }, '2026-01-02T05:59:00Z', false],
    ['in its zone', { ...FRIDAY_4AM, time_zone: 'Asia/Shanghai' }, '2026-01-01T19:30:00Z', true],
    ['in summer time', { from: '09:00', to: '10:00', time_zone: 'Europe/Berlin' }, '2026-07-01T07:30:00Z', true],
    ['in winter time', { from: '09:00', to: '10:00', time_zone: 'Europe/Berlin' }, '2026-01-05T07:30:00Z', false],
  ])('%s', (_, window, at, expected) => {
    expect(new Mute(mutes(window)).isMuted(Date.parse(at))).toBe(expected);
  });

  test('holds until it is over what still fires then; what is over by then is not told', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, { mute: mutes(FRIDAY_4AM) })] });
    notifier.start();
    notifier.tell(notice({ severity: 'critical' }));
    notifier.tell(notice({ incidentId: 'short' }));
    clock.advance(await clock.pause());
    notifier.tell(resolved({ incidentId: 'short' }));
    while (clock.now() < START_MS + 55 * 60_000) {
      expect(receiver.sent).toEqual([]);
      clock.advance(await clock.pause());
    }
    while (receiver.sent.length === 0) await Promise.resolve();
    expect(new Date(clock.now()).toISOString()).toBe('2026-01-02T04:00:00.000Z');
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing critical']);
  });
});

describe('rate_limit', () => {
  const limited = options.parse({ rate_limit: '2/1m' });

  test('tells what it held back in one summary', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, { rate_limit: limited.rate_limit })] });
    notifier.start();
    for (let n = 0; n < 30; n++) notifier.tell(notice({ incidentId: `${n}`, runKey: `${n}` }));
    notifier.tell(resolved({ incidentId: '29', runKey: '29' }));
    expect(await clock.pause()).toBe(60_000);
    expect(receiver.sent).toHaveLength(2);
    clock.advance(60_000);
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.sent).toHaveLength(3);
    const { labels, annotations } = receiver.sent[2]?.notice ?? notice();
    expect(labels.alertname).toBe('NanwatchRateLimited');
    expect(annotations.summary).toBe('28 notifications were held back by the rate limit: 27 firing, 1 resolved');
    expect(annotations.description?.split('\n')).toHaveLength(22);
    notifier.tell(resolved({ incidentId: '3', runKey: '3' }));
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told.at(-1)).toBe('resolved warning');
  });

  test('a single one that it held back is told as it is', async () => {
    const receiver = new InstantReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, { rate_limit: limited.rate_limit })] });
    notifier.start();
    for (let n = 0; n < 3; n++) notifier.tell(notice({ incidentId: `${n}` }));
    clock.advance(await clock.pause());
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
    expect(receiver.told).toEqual(['firing warning', 'firing warning', 'firing warning']);
  });

  test('counts what was delivered, not what failed', async () => {
    const receiver = new ManualReceiver();
    const { notifier, clock } = setUp({ receivers: [configured(receiver, { rate_limit: limited.rate_limit })] });
    notifier.start();
    notifier.tell(notice());
    for (let n = 1; n <= 3; n++) {
      (await receiver.attempt(n)).settle({ kind: 'retry', reason: 'HTTP 503' });
      clock.advance(await clock.pause());
    }
    (await receiver.attempt(4)).settle({ kind: 'delivered' });
    expect(await notifier.drain(clock.now() + 1)).toBe(true);
  });
});

test.each([
  [{ mute: [{ from: '25:00' }] }, /time of day/],
  [{ mute: [{ time_zone: 'Mars/Olympus' }] }, /time zone/],
  [{ mute: [{ days: ['someday'] }] }, /mon/],
  [{ rate_limit: '20' }, /COUNT\/DURATION/],
  [{ rate_limit: '0/1h' }, /COUNT\/DURATION/],
  [{ repeat_interval: '5s' }, /at least 1m/],
  [{ group_wait: '5' }, /duration/],
  [{ match: { run: [] } }, /./],
])('%j is refused', (given, message) => {
  expect(options.safeParse(given).error?.message).toMatch(message);
});

test('without options nothing is restricted but the wait of 5 s', () => {
  const { match, group_wait, mute, repeat_interval, rate_limit } = ANY;
  expect({ ...options.parse({}), group_wait }).toEqual({ match, group_wait, mute, repeat_interval, rate_limit });
  expect(options.parse({}).group_wait).toBe(5_000);
});

test.each([
  { type: 'alertmanager', url: 'http://127.0.0.1:9093' },
  { type: 'pagerduty', routing_key: 'k' },
])('a rate limit is refused for $type, which keeps alerts until they are told to be over', (receiver) => {
  expect(receiverOptions.safeParse(receiver).success).toBe(true);
  const limited = receiverOptions.safeParse({ ...receiver, rate_limit: '20/1h' });
  expect(limited.error?.message).toMatch(/groups and limits by itself/);
});
