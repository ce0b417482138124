/** As many bytes tell what a file is. */
const SAMPLE_BYTES = 4096;
/** Part of the sample that may be control characters; of random bytes, a tenth is. */
const MAX_PART = 0.05;

const TEXT_CONTROLS = new Set([...'\b\t\n\f\r\x1b'].map((char) => char.charCodeAt(0)));
const NUL = 0x00;

/**
 * Looks at the first bytes of a file that is said to be text. NULs at its very beginning are left out: they are the hole
 * that a writer leaves when its log was cut to nothing beneath it.
 */
export class BinarySample {
  #seen = 0;
  #controls = 0;

  /** Whether there is nothing more to look at. */
  get isOver(): boolean {
    return this.#seen >= SAMPLE_BYTES;
  }

  get isBinary(): boolean {
    return this.isOver && this.#controls > SAMPLE_BYTES * MAX_PART;
  }

  /** @returns how many bytes of the chunk come before the verdict */
  look(chunk: Uint8Array): number {
    let at = 0;
    if (this.#seen === 0) while (at < chunk.length && chunk[at] === NUL) at++;
    const end = Math.min(chunk.length, at + SAMPLE_BYTES - this.#seen);
    this.#seen += end - at;
    for (; at < end; at++) {
      const byte = chunk[at] as number;
      if ((byte < 0x20 && !TEXT_CONTROLS.has(byte)) || byte === 0x7f) this.#controls++;
    }
    return end;
  }
}
