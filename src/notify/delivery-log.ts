import type { Notice } from '../model/notice.ts';
import type { Logger } from './logger.ts';

/**
 * What the log says about one receiver: every delivery; of failures in a row the first of each kind; and the recovery.
 * A receiver that is down for a night is two lines, whatever it was to be told.
 */
export class DeliveryLog {
  readonly #logger: Logger;
  readonly #receiver: string;
  readonly #said = new Set<'retry' | 'dropped'>();
  #failures = 0;

  constructor(logger: Logger, receiver: string) {
    this.#logger = logger;
    this.#receiver = receiver;
  }

  delivered(notice: Notice): void {
    if (this.#failures > 0) {
      this.#logger.info({ receiver: this.#receiver, failures: this.#failures }, 'Receiver takes notifications again');
    }
    this.#failures = 0;
    this.#said.clear();
    this.#logger.info(this.#fields(notice, 'delivered'), 'Notification delivered');
  }

  retried(notice: Notice, reason: string): void {
    if (!this.#isFirst('retry')) return;
    const fields = { ...this.#fields(notice, 'retried'), reason };
    this.#logger.warn(fields, 'Notification not delivered, will be tried again; further failures are only counted');
  }

  dropped(notice: Notice, reason: string): void {
    if (!this.#isFirst('dropped')) return;
    const fields = { ...this.#fields(notice, 'dropped'), reason };
    this.#logger.error(fields, 'Notification dropped; further drops are only counted until one is delivered');
  }

  #isFirst(kind: 'retry' | 'dropped'): boolean {
    this.#failures++;
    if (this.#said.has(kind)) return false;
    this.#said.add(kind);
    return true;
  }

  #fields(notice: Notice, outcome: string): Record<string, string | undefined> {
    const { alertname, run } = notice.labels;
    return { receiver: this.#receiver, outcome, alertname, run, status: notice.status };
  }
}
