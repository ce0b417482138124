import type { FollowedFile } from './followed-file.ts';

/** After so long the event loop gets its turn: scrapes and notifications must not wait for a long log. */
const SLICE_MS = 8;

/** Files that wait to be looked at, each once; one that has more to read comes back last, so that none starves. */
export class LookQueue {
  readonly #look: (file: FollowedFile, nowMs: number) => void;
  readonly #now: () => number;
  readonly #waiting = new Set<FollowedFile>();
  #turn: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(look: (file: FollowedFile, nowMs: number) => void, now: () => number) {
    this.#look = look;
    this.#now = now;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(file: FollowedFile): void {
    this.#waiting.add(file);
    this.#schedule();
  }

  delete(file: FollowedFile): void {
    this.#waiting.delete(file);
  }

  /** Looks at everything that waits, without giving way. */
  drain(nowMs: number): void {
    while (this.#waiting.size > 0) this.#lookAtNext(nowMs);
  }

  /** Looks at everything that waits, giving way now and then, for at most `limitMs`; then no more by itself. */
  async finish(limitMs: number): Promise<void> {
    this.#isStopped = true;
    clearImmediate(this.#turn);
    const endMs = performance.now() + limitMs;
    while (this.#waiting.size > 0 && performance.now() < endMs) {
      this.#slice();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#waiting.clear();
  }

  #schedule(): void {
    if (this.#turn !== undefined || this.#waiting.size === 0 || this.#isStopped) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#slice();
      this.#schedule();
    });
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    while (this.#waiting.size > 0 && performance.now() < until) this.#lookAtNext(this.#now());
  }

  #lookAtNext(nowMs: number): void {
    const [file] = this.#waiting;
    if (file === undefined) return;
    this.#waiting.delete(file);
    this.#look(file, nowMs);
  }
}
