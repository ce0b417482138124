import type { RunEventKind } from '../../model/run-event.ts';

/** What a traceback came to. */
export interface Outcome {
  readonly kind: RunEventKind;
  /** Its last line. */
  readonly text: string;
}

/** Several processes write to one console: torchrun puts the rank before each line. */
const RANK = /^\[(?:rank|default)?\d+\]:\s?/;
const HEAD = /Traceback \(most recent call last\):$/;
/** Between two tracebacks that are one. */
const CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** `ValueError: text`, `torch.OutOfMemoryError: text`, `KeyboardInterrupt`. */
const LAST = /^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?::\s|:?$)/;
const OUT_OF_MEMORY = /OutOfMemoryError|CUDA out of memory|CUDA error: out of memory|HIP out of memory/;
const LOSS_SCALE_MINIMUM = 'Current loss scale already at minimum';

/**
 * Follows Python tracebacks line by line. A chain of them is one, and so are those that several ranks print, in turn or
 * one through the other. What a traceback came to is known only when the line after its last one shows that no other
 * follows from it.
 */
export class Tracebacks {
  #isOpen = false;
  #last: string | null = null;

  /** Whether the next line matters. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @returns what a traceback came to, when this line shows that it is over */
  line(raw: string): Outcome | null {
    const text = raw.replace(RANK, '').trimEnd();
    if (HEAD.test(text)) return this.#begin();
    if (!this.#isOpen || text.trim() === '') return null;
    if (/^\s/.test(text)) return null;
    if (CHAIN.test(text)) {
      this.#last = null;
      return null;
    }
    if (this.#last !== null && !LAST.test(text)) return this.close();
    if (!LAST.test(text)) return null;
    if (this.#last !== null && !RANK.test(raw)) return this.close();
    const before = this.#last;
    this.#last = text;
    return before === null ? null : outcome(before);
  }

  /** Nothing more comes for now: what a traceback came to, if one has had its last line. */
  close(): Outcome | null {
    const last = this.#last;
    if (last === null) return null;
    this.#last = null;
    this.#isOpen = false;
    return outcome(last);
  }

  /** Training goes on: what a traceback came to, if one has had its last line; one that had not is forgotten. */
  leave(): Outcome | null {
    const ended = this.close();
    this.#isOpen = false;
    return ended;
  }

  #begin(): Outcome | null {
    const ended = this.close();
    this.#isOpen = true;
    return ended;
  }
}

function outcome(text: string): Outcome {
  if (OUT_OF_MEMORY.test(text)) return { kind: 'out-of-memory', text };
  return { kind: text.includes(LOSS_SCALE_MINIMUM) ? 'loss-scale-minimum' : 'traceback', text };
}
