const INTERVAL_MS = 100;
/** Reads that take no longer than this show nothing. */
const PATIENCE_MS = 500;
const CELLS = 30;
const CLEAR_LINE = '\r\x1b[K';

/** A bar on standard error while a long read goes on. Nothing where standard output or error is no terminal. */
export class Progress {
  readonly #isShown = process.stdout.isTTY === true && process.stderr.isTTY === true;
  readonly #begunMs = performance.now();
  #drawnMs = this.#begunMs + PATIENCE_MS - INTERVAL_MS;
  #isDrawn = false;

  /** @param total called only when there is something to draw, as `done` */
  update(done: () => number, total: () => number): void {
    const nowMs = performance.now();
    if (!this.#isShown || nowMs - this.#drawnMs < INTERVAL_MS) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    process.stderr.write(`${CLEAR_LINE}${bar(done(), total())}`);
  }

  clear(): void {
    if (this.#isDrawn) process.stderr.write(CLEAR_LINE);
    this.#isDrawn = false;
  }
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const full = Math.round(share * CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${Math.floor(share * 100)} %  ${mebibytes(done)} of ${mebibytes(total)} MiB`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
