import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';

/** What Hugging Face's Trainer and those built on it call the fields of a record, in every place they log to. */
const HF_KEYS: ReadonlyMap<string, number> = new Map([
  ['step', FIELD.step],
  ['loss', FIELD.loss],
  ['eval_loss', FIELD.eval_loss],
  ['grad_norm', FIELD.grad_norm],
  ['learning_rate', FIELD.learning_rate],
  ['epoch', FIELD.epoch],
  ['reward', FIELD.reward],
  ['rewards/accuracies', FIELD.accuracy],
  ['num_input_tokens_seen', FIELD.tokens_seen],
  ['num_tokens', FIELD.tokens_seen],
]);

/** Puts a value that was logged under Hugging Face's name into the record: in its field, else among the other numbers. */
export function setByHfKey(record: LogRecord, name: string, value: number): void {
  const slot = HF_KEYS.get(name);
  if (slot === undefined) record.other.set(name, value);
  else record.set(slot, value);
}
