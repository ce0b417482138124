/** What a tag stands for. */
export interface TensorboardTag {
  /** Name in Hugging Face's own log: `train/loss` is `loss`, `eval/loss` is `eval_loss`. */
  readonly name: string;
  /**
   * Which record of its step it belongs to. `any`: whichever comes before it, for Hugging Face writes them under
   * `train/` at the end of every log call, evaluations too. `tokens`, `runtime`: such ones of which more can be told.
   */
  readonly kind: RecordKind | 'any' | 'tokens' | 'runtime';
}

/** The closing record is the one at the end of training, of the step of the last training record. */
export type RecordKind = 'training' | 'evaluation' | 'closing';

const KINDS: ReadonlyMap<string, TensorboardTag['kind']> = new Map([
  ['train/epoch', 'any'],
  ['train/num_input_tokens_seen', 'tokens'],
  ['train/train_runtime', 'runtime'],
  ['train/train_tokens_per_second', 'any'],
  ['train/train_samples_per_second', 'closing'],
  ['train/train_steps_per_second', 'closing'],
  ['train/total_flos', 'closing'],
  ['train/train_loss', 'closing'],
]);

const TRAINING = 'train/';
const EVALUATIONS = ['eval', 'test'];

/** A file has the same few tags over and over. One that makes up new ones fills no memory. */
const known = new Map<string, TensorboardTag>();
const MAX_KNOWN = 1024;

/** Undoes what Hugging Face's callback does to names (transformers `integrations`, `rewrite_logs`). */
export function tagNamed(text: string): TensorboardTag {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size === MAX_KNOWN) known.clear();
  const tag = readTag(text);
  known.set(text, tag);
  return tag;
}

function readTag(text: string): TensorboardTag {
  const kind = KINDS.get(text);
  if (text.startsWith(TRAINING)) return { name: text.slice(TRAINING.length), kind: kind ?? 'training' };
  const evaluation = EVALUATIONS.find((word) => text.startsWith(`${word}/`));
  if (evaluation === undefined) return { name: text, kind: text.startsWith('eval_') ? 'evaluation' : 'training' };
  return { name: `${evaluation}_${text.slice(evaluation.length + 1)}`, kind: 'evaluation' };
}
