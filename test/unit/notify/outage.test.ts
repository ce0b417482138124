import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Notice } from '../../../src/model/notice.ts';
import type { Outcome, Receiver } from '../../../src/notify/receiver.ts';
import { configured, ManualClock, notice, resolved, setUp, temporaryFolder } from './support.ts';

const RUNS = 50;
const HOUR_S = 3_600;
const STEP_S = 6;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Takes everything, or is away: then every request takes the second that its time limit allows. */
class Side implements Receiver {
  away = false;
  requests = 0;
  readonly last = new Map<string, Notice>();
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async send(sent: Notice): Promise<Outcome> {
    this.requests++;
    if (this.away) {
      await new Promise<void>((resolve) => this.#clock.after(1_000, resolve));
      return { kind: 'retry', reason: 'no answer within 1000 ms' };
    }
    this.last.set(sent.incidentId, sent);
    return { kind: 'delivered' };
  }
}

/** Lets everything happen that can without the clock. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
}

test('an hour of one receiver being away costs neither memory nor the other receiver, and all arrives afterwards', {
  timeout: 120_000,
}, async () => {
  const clock = new ManualClock();
  const [lost, well] = [new Side(clock), new Side(clock)];
  const { notifier, latencies } = setUp({
    stateDir: temporaryFolder(),
    clock,
    receivers: [configured(lost, { name: 'lost' }), configured(well, { name: 'well' })],
  });
  notifier.start();
  let said = 0;
  /**
   * An incident opens or ends in one of the runs every few seconds. Returns how long the other receiver had to wait: the
   * 99th percentile by the clock, and the median of what a notification takes in truth, in ms.
   */
  const live = async (seconds: number): Promise<{ p99: number; tookMs: number }> => {
    const from = latencies.length;
    const took: number[] = [];
    for (let second = 0; second < seconds; second += STEP_S, said++) {
      const number = Math.floor(said / 2);
      const incident = { incidentId: `${number}`, runKey: `run-${number % RUNS}` };
      const startMs = performance.now();
      notifier.tell(said % 2 === 0 ? notice(incident) : resolved(incident));
      await settle();
      took.push(performance.now() - startMs);
      clock.advance(STEP_S * 1_000);
      await settle();
    }
    const ofWell = latencies.slice(from).flatMap(([name, ms]) => (name === 'well' ? [ms] : []));
    expect(ofWell).toHaveLength(took.length);
    return { p99: quantile(ofWell, 0.99), tookMs: quantile(took, 0.5) };
  };

  const before = await live(600);
  lost.away = true;
  await live(600);
  const [heapBefore, requestsBefore] = [heapBytes(), lost.requests];
  const during = await live(HOUR_S);
  const grown = heapBytes() - heapBefore;
  expect([before.p99, during.p99]).toEqual([0, 0]);
  expect(during.tookMs, 'ms to tell and deliver').toBeLessThan(4 * before.tookMs + 1);
  expect(grown / 1e6, 'MB that the heap grew in the hour').toBeLessThan(4);
  const requests = lost.requests - requestsBefore;
  expect(requests, 'requests to the lost one in the hour').toBeLessThan(140);

  lost.away = false;
  for (let n = 0; n < 120 && notifier.receivers()[0]?.pending !== 0; n++) {
    clock.advance(1_000);
    await settle();
  }
  while (notifier.receivers()[0]?.pending !== 0) await settle();
  const ends = [...lost.last.values()].filter(({ status }) => status === 'resolved');
  expect(ends).toHaveLength(well.last.size);
  expect(ends.filter(({ annotations }) => annotations.was_firing !== undefined).length).toBeGreaterThan(
    HOUR_S / STEP_S / 2 - 1,
  );
  expect(notifier.receivers()).toMatchObject([
    { dropped: 0, pending: 0 },
    { dropped: 0, retried: 0, pending: 0 },
  ]);
  console.info(
    `an hour's outage: heap ${(grown / 1e6).toFixed(2)} MB, ${requests} requests to the one that is away;`,
    `a notification to the other took ${before.tookMs.toFixed(2)} ms before and ${during.tookMs.toFixed(2)} ms in it`,
  );
});
