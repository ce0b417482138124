/** Who is told of paths that cannot be read. */
export interface ProblemListener {
  /** A file or folder cannot be read; called once until it can be read again. */
  problem(path: string, reason: string): void;
  healed(path: string): void;
}

/** Counts every failure, tells of each path once. */
export class Problems {
  /** Failed looks by reason. */
  readonly counts = new Map<string, number>();
  readonly #listener: ProblemListener;
  readonly #paths = new Set<string>();

  constructor(listener: ProblemListener) {
    this.#listener = listener;
  }

  failed(path: string, reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    this.#listener.problem(path, reason);
  }

  healthy(path: string): void {
    if (this.#paths.delete(path)) this.#listener.healed(path);
  }
}
