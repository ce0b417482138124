import type { Logger } from 'pino';
import type { BadReason } from './formats/format.ts';

const INTERVAL_MS = 60_000;
const MAX_FILES = 10_000;

/** Says that lines are bad, once a minute and file at most: a broken writer must not fill the agent's own log. */
export class BadLineLog {
  readonly #logger: Logger;
  readonly #files = new Map<string, { nextMs: number; unsaid: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note(path: string, reason: BadReason, line: number, nowMs: number): void {
    const file = this.#files.get(path) ?? { nextMs: 0, unsaid: 0 };
    if (this.#files.size < MAX_FILES) this.#files.set(path, file);
    if (nowMs < file.nextMs) {
      file.unsaid++;
      return;
    }
    this.#logger.warn(
      { path, line, reason, unsaid: file.unsaid },
      'what stands there could not be read and was left out',
    );
    file.nextMs = nowMs + INTERVAL_MS;
    file.unsaid = 0;
  }
}
