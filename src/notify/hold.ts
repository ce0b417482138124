import type { CommonOptions } from './receiver.ts';
import { Mute, type Rate } from './routing.ts';

const MINUTE_MS = 60_000;

/** When a receiver may be told anything at all: not in a mute window, not beyond its rate limit. */
export class Hold {
  readonly #mute: Mute;
  readonly #rate: Rate | undefined;
  /** Moments of deliveries within the time of the rate. */
  readonly #delivered: number[] = [];

  constructor({ mute, rate_limit }: Pick<CommonOptions, 'mute' | 'rate_limit'>) {
    this.#mute = new Mute(mute);
    this.#rate = rate_limit;
  }

  isMuted(nowMs: number): boolean {
    return this.#mute.isMuted(nowMs);
  }

  /** Whether it has had as many as it may. */
  isFull(nowMs: number): boolean {
    return this.#fullUntilMs(nowMs) > nowMs;
  }

  /** Whether deliveries are counted, so that they must come one by one. */
  get counts(): boolean {
    return this.#rate !== undefined;
  }

  /** Nothing may be sent before; `nowMs` when something may now. A mute window is looked at again every minute. */
  untilMs(nowMs: number): number {
    if (this.isMuted(nowMs)) return nowMs + MINUTE_MS - (nowMs % MINUTE_MS);
    return this.#fullUntilMs(nowMs);
  }

  delivered(nowMs: number): void {
    if (this.#rate !== undefined) this.#delivered.push(nowMs);
  }

  #fullUntilMs(nowMs: number): number {
    if (this.#rate === undefined) return nowMs;
    const { count, perMs } = this.#rate;
    // a delivery in the future is one from before the clock was set back
    while (this.#delivered.length > 0 && !within(this.#delivered[0] ?? 0, nowMs, perMs)) this.#delivered.shift();
    return this.#delivered.length < count ? nowMs : (this.#delivered[0] ?? 0) + perMs;
  }
}

function within(atMs: number, nowMs: number, perMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < perMs;
}
