import type { RunContext } from '../model/context.ts';
import { compareNumbered } from '../model/numbered.ts';
import type { SourceView } from './wire.ts';

/** Trainers as their makers write them. */
export const TRAINERS: Readonly<Record<NonNullable<RunContext['trainer']>, string>> = {
  llamafactory: 'LLaMA-Factory',
  'llamafactory-v1': 'LLaMA-Factory v1',
  'ms-swift': 'ms-swift',
  trl: 'TRL',
  unsloth: 'Unsloth',
  transformers: 'Transformers',
};

/** What tells runs apart, in words that need no translation: `sft`, `lora`, `bf16`, `4-bit bnb`, `Unsloth`. */
export function gistOf(context: RunContext): string[] {
  const { stage, finetuning_type, precision, unsloth } = context;
  const said = [stage, finetuning_type, precision, quantizationOf(context), unsloth === true ? 'Unsloth' : undefined];
  return said.filter((word) => word !== undefined);
}

/** `4-bit bnb`; undefined when the model is not quantized or nothing is known. */
export function quantizationOf({
  quantization_bit: bits,
  quantization_method: method,
}: RunContext): string | undefined {
  if (bits === 0) return undefined;
  if (bits === undefined) return method;
  return method === undefined ? `${bits}-bit` : `${bits}-bit ${method}`;
}

/** The sources of one format. */
export interface SourceGroup {
  readonly format: string;
  /** What their files have in common: `trainer_state.json`, `events.out.tfevents.17…`. */
  readonly name: string;
  readonly sources: readonly SourceView[];
}

/** Sources by format, in the order in which formats come first; checkpoints in the order of their steps. */
export function groupSources(sources: readonly SourceView[]): SourceGroup[] {
  return [...Map.groupBy(sources, ({ format }) => format)].map(([format, group]) => ({
    format,
    name: commonName(group.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))),
    sources: group.toSorted((a, b) => compareNumbered(a.path, b.path)),
  }));
}

function commonName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  while (!others.every((name) => name.startsWith(first.slice(0, length)))) length--;
  return others.every((name) => name === first) ? first : `${first.slice(0, length)}…`;
}
