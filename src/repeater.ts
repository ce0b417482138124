import { isAtLeast } from './model/alert.ts';
import type { Notice } from './model/notice.ts';
import type { ConfiguredReceiver } from './notify/receiver.ts';
import { matches } from './notify/routing.ts';

/**
 * Sends what is firing again and again to receivers that take silence for the end. That needs no memory: what is firing
 * follows from the logs. Whether it arrives is not of interest either, since it is sent again soon.
 */
export class Repeater {
  readonly #receivers: readonly ConfiguredReceiver[];
  readonly #externalUrl: string;
  readonly #firing: () => readonly (() => Notice | null)[];
  readonly #now: () => number;
  readonly #abort = new AbortController();
  /** When each was last begun with. */
  readonly #begunMs = new Map<ConfiguredReceiver, number>();
  readonly #busy = new Map<ConfiguredReceiver, Promise<void>>();

  /** @param firing what is firing and not history, each as it is when asked for: null once it has resolved */
  constructor(
    receivers: readonly ConfiguredReceiver[],
    externalUrl: string,
    firing: () => readonly (() => Notice | null)[],
    now: () => number,
  ) {
    this.#receivers = receivers.filter(({ receiver }) => receiver.repeatMs !== undefined);
    this.#externalUrl = externalUrl;
    this.#firing = firing;
    this.#now = now;
  }

  /** To be called at least once a second: begins with whatever is due. */
  tick(): void {
    for (const configured of this.#receivers) {
      const dueMs = (this.#begunMs.get(configured) ?? 0) + (configured.receiver.repeatMs ?? 0);
      if (this.#busy.has(configured) || this.#now() < dueMs) continue;
      this.#begunMs.set(configured, this.#now());
      this.#busy.set(
        configured,
        this.#repeat(configured)
          .catch(() => {})
          .finally(() => this.#busy.delete(configured)),
      );
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#busy.values());
  }

  async #repeat({ options, receiver }: ConfiguredReceiver): Promise<void> {
    const { signal } = this.#abort;
    for (const current of this.#firing()) {
      // asked for only now: what has resolved in the meantime must not be sent after its end
      const notice = current();
      if (notice === null || !isAtLeast(notice.severity, options.min_severity)) continue;
      if (!matches(options.match, notice.labels)) continue;
      const outcome = await receiver.send(notice, {
        receiverName: options.name,
        idempotencyKey: '',
        externalUrl: this.#externalUrl,
        nowMs: this.#now(),
        signal,
      });
      // the others would fare no better, and their turn comes again
      if (outcome.kind === 'retry') return;
    }
  }
}
