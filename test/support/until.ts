import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** At this age it gives up. */
  readonly withinMs?: number;
  readonly everyMs?: number;
}

export type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/**
 * Asks again and again until the answer is truthy, and returns it. An exception counts as "not yet".
 *
 * @param what goes on in words, for the error when time is over
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 20 }: UntilOptions = {},
): Promise<Truthy<T>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer as Truthy<T>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}; last: ${String(last)}`);
    await delay(everyMs);
  }
}
