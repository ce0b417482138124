import { MAX_EVENT_TEXT, type RunEvent, type RunEventKind } from '../../model/run-event.ts';
import { withoutSecrets } from './secrets.ts';

/**
 * Makes the events of a console. What several ranks say of one trouble is one event: the same kind and words, numbers
 * aside, with no record in between. Of memory that ran out the words differ, and it is one all the same.
 */
export class Events {
  readonly #said = new Set<string>();

  /** A record has come: what is said from now on is said anew. */
  record(): void {
    if (this.#said.size > 0) this.#said.clear();
  }

  /** @returns null when it was said before */
  make(kind: RunEventKind, step: number | null, said: string): RunEvent | null {
    const text = withoutSecrets(said).slice(0, MAX_EVENT_TEXT);
    if (kind !== 'step-skipped') {
      const key = kind === 'out-of-memory' ? kind : `${kind} ${text.replace(/\d+/g, '')}`;
      if (this.#said.has(key) || this.#said.size > 100) return null;
      this.#said.add(key);
    }
    return { kind, step, text: text === '' ? null : text };
  }
}
