import { type DeadLetter, DeadLetters } from './dead-letters.ts';
import { isStoreError, storeFailure } from './outbox-file.ts';
import type { Pending } from './outbox-rows.ts';

/**
 * The dead letters as the agent uses them: what cannot be kept is lost, which is said once, and delivery goes on. The
 * counts of what was dropped are right all the same.
 */
export class LetterBox {
  readonly #letters: DeadLetters;
  readonly #folder: string | null;
  readonly #onProblem: (problem: string) => void;
  #failed = false;

  constructor(folder: string | null, onProblem: (problem: string) => void) {
    this.#folder = folder;
    this.#onProblem = onProblem;
    this.#letters = this.#open();
  }

  add(pending: Pending, reason: string, nowMs: number): void {
    this.#attempt(() => this.#letters.add(pending, reason, nowMs));
  }

  /** What is to be sent again, from the oldest to the newest. After a failure nothing: it could not be removed. */
  asked(): readonly DeadLetter[] {
    if (this.#failed) return [];
    return this.#attempt(() => this.#letters.asked()) ?? [];
  }

  remove(id: number): void {
    this.#attempt(() => this.#letters.remove(id));
  }

  prune(beforeMs: number): void {
    this.#attempt(() => this.#letters.prune(beforeMs));
  }

  close(): void {
    this.#letters.close();
  }

  #open(): DeadLetters {
    try {
      return new DeadLetters(this.#folder);
    } catch (error) {
      this.#fail(error);
      return new DeadLetters(null);
    }
  }

  #attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!isStoreError(error)) throw error;
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    const where = `in ${this.#folder} (${storeFailure(error)})`;
    this.#onProblem(`Dropped notifications cannot be kept ${where}: "nanwatch notifications" will not show them.`);
  }
}
