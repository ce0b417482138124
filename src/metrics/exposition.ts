import type { MetricSpec } from './names.ts';

/** Takes one sample: its labels as {@link labelText} writes them, or the empty string, and its number. */
export type Emit = (labels: string, value: number) => void;

const FIRST_BYTES = 64 * 1024;
/** Of one character in UTF-8, for each unit that JavaScript counts. */
const MAX_BYTES = 3;

/**
 * Metrics in the text format of Prometheus, their samples read from the state of the house at scrape time: there is no
 * second book to keep. A thousand runs have forty samples each: every line goes right into the answer's bytes, which is
 * twice as fast as to build one long string, and leaves nothing to clear away.
 */
export class Exposition {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  metric(spec: MetricSpec, samples: (emit: Emit) => void): void {
    const { name } = spec;
    this.write(`# HELP ${name} ${spec.help}\n# TYPE ${name} ${spec.type}\n`);
    samples((labels, value) => {
      const braced = labels === '' ? '' : `{${labels}}`;
      this.write(`${name}${braced} ${numberText(value)}\n`);
    });
  }

  /** Takes lines that are written already. */
  write(lines: string): void {
    if (this.#length + lines.length * MAX_BYTES > this.#bytes.length) this.#grow(lines.length * MAX_BYTES);
    this.#length += this.#bytes.write(lines, this.#length);
  }

  #grow(missing: number): void {
    const grown = Buffer.allocUnsafeSlow(this.#bytes.length * 2 + missing);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Labels as they stand between the braces. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escaped(labels[name] as string)}"`;
  return text;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escaped(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
