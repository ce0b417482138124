import type { MetricSpec } from './names.ts';

/** Takes one sample: its labels as {@link labelText} writes them, or the empty string, and its number. */
export type Emit = (labels: string, value: number) => void;

/**
 * The text of one metric in the format of Prometheus, its samples read from the state of the house at scrape time: there
 * is no second book to keep. A thousand runs have forty samples each, so that no object is made for one.
 */
export function exposition(spec: MetricSpec, samples: (emit: Emit) => void): string {
  const { name } = spec;
  let text = `# HELP ${name} ${spec.help}\n# TYPE ${name} ${spec.type}\n`;
  samples((labels, value) => {
    text += labels === '' ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
  });
  return text;
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
