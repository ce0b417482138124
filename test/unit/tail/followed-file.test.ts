import { expect, it } from 'vitest';
import type { FoundLog } from '../../../src/tail/discovery.ts';
import { FollowedFile } from '../../../src/tail/followed-file.ts';

const START_MS = 10_000_000;

function file(): FollowedFile {
  const one = new FollowedFile({ path: '/runs/a/trainer_log.jsonl' } as FoundLog, null);
  one.hasNews(START_MS);
  one.wasAtEnd = true;
  return one;
}

function findsNewsByPolling(one: FollowedFile): void {
  one.polled = true;
  one.hasNews(START_MS);
  one.wasAtEnd = true;
}

it.each([
  ['written lately', 0, true, 250],
  ['quiet', 61_000, true, 1_000],
  ['long quiet', 601_000, true, 5_000],
  ['written lately, with events', 0, false, 2_000],
  ['quiet, with events', 61_000, false, 5_000],
  ['long quiet, with events', 601_000, false, 10_000],
])('%s', (_name, quietMs, polling, waitMs) => {
  const one = file();
  one.rest(START_MS + quietMs, polling);
  expect(one.nextLookMs - START_MS - quietMs).toBe(waitMs);
});

it('is polled after two finds without an event, until an event comes', () => {
  const one = file();
  findsNewsByPolling(one);
  expect(one.silent).toBe(false);
  findsNewsByPolling(one);
  expect(one.silent).toBe(true);
  one.rest(START_MS, false);
  expect(one.nextLookMs - START_MS).toBe(250);
  one.announced();
  expect(one.silent).toBe(false);
});

it('an event between two finds says that events come', () => {
  const one = file();
  findsNewsByPolling(one);
  one.announced();
  one.hasNews(START_MS);
  one.wasAtEnd = true;
  findsNewsByPolling(one);
  expect(one.silent).toBe(false);
});

it('reading on where the budget ended is no missed event', () => {
  const one = file();
  for (let look = 0; look < 5; look++) {
    one.polled = true;
    one.wasAtEnd = false;
    one.hasNews(START_MS);
  }
  expect(one.silent).toBe(false);
});

it('backs off after failures, not beyond five seconds, and begins anew after a success', () => {
  const one = file();
  const waits = Array.from({ length: 7 }, () => {
    one.backOff(START_MS);
    return one.nextLookMs - START_MS;
  });
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  one.present();
  one.backOff(START_MS);
  expect(one.nextLookMs - START_MS).toBe(250);
});
