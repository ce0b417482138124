import type { Clock } from './clock.ts';

interface Waiter {
  readonly deadlineMs: number;
  settle(idle: boolean): void;
}

/** Those who wait until a worker has nothing left to do, each with a deadline. */
export class IdleWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with what {@link settle} says, or false at `deadlineMs` (the clock's milliseconds since the epoch). */
  add(deadlineMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = this.#clock.after(Math.max(0, deadlineMs - this.#clock.now()), () => waiter.settle(false));
    const waiter: Waiter = {
      deadlineMs,
      settle: (idle) => {
        cancel();
        this.#waiters.delete(waiter);
        resolve(idle);
      },
    };
    this.#waiters.add(waiter);
    return promise;
  }

  /** `idle` is asked only when somebody waits. */
  settle(idle: () => boolean): void {
    for (const waiter of [...this.#waiters]) waiter.settle(idle());
  }

  /** Nothing more happens before `dueMs`: whoever would wait in vain need not. */
  notBefore(dueMs: number): void {
    for (const waiter of [...this.#waiters]) if (waiter.deadlineMs < dueMs) waiter.settle(false);
  }
}
