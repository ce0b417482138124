import { FIELD } from '../../model/field.ts';
import type { LogRecord } from '../../model/record.ts';
import { loggedNumber } from '../framing/json-line.ts';
import { type DictEnd, readPythonDict } from '../framing/python-dict.ts';
import { setByHfKey } from '../hf-keys.ts';
import type { Kind } from './steps.ts';

/** LLaMA-Factory v1: `epoch: 0, step: 24, loss: nan, grad_norm: nan, learning_rate: 0.002, total_steps: 120`. */
const V1_LINE = /^epoch: \S+, step: \d+(?:, |$)/;
const V1_PAIR = /([\w/.-]+): ([^\s,]+)(?:,\s*|\s*$)/g;
const V1_PAIR_BEFORE_ANOTHER = /([\w/.-]+): ([^\s,]+),/g;

/** Four digits of a number that is shown to fewer digits in one place than in another. */
const SAME = 2e-3;

/** Fills `record` from the dict that begins at `start`; of a key that stands there twice the last one counts. */
export function readDictRecord(text: string, start: number, record: LogRecord): DictEnd {
  record.clear();
  return readPythonDict(text, start, (name, value) => setByHfKey(record, unmangled(name), value));
}

/**
 * Fills `record` from a line of LLaMA-Factory v1.
 *
 * @param isEnded whether its end is there, else its last value may have more digits than are there, and is left out
 * @returns false when it is none
 */
export function readV1Record(text: string, isEnded: boolean, record: LogRecord): boolean {
  if (!V1_LINE.test(text)) return false;
  record.clear();
  for (const [, name = '', shown] of text.matchAll(isEnded ? V1_PAIR : V1_PAIR_BEFORE_ANOTHER)) {
    const value = loggedNumber(shown);
    if (value === undefined) continue;
    if (name === 'total_steps') record.set(FIELD.max_steps, value);
    else setByHfKey(record, name, value);
  }
  return record.has(FIELD.step);
}

/** What a record tells of, null when it is none. The time that training took is in every record; its loss, in the last. */
export function kindOf(record: LogRecord): Kind | null {
  if (record.isTraining) return 'training';
  if (record.other.has('train_loss')) return 'closing';
  if (record.has(FIELD.eval_loss)) return 'evaluation';
  for (const name of record.other.keys()) if (name.startsWith('eval_')) return 'evaluation';
  return record.has(FIELD.learning_rate) || record.has(FIELD.reward) ? 'training' : null;
}

/** Whether two records are one that was shown twice, to different digits. */
export function isSame(one: LogRecord, other: LogRecord): boolean {
  return [FIELD.loss, FIELD.learning_rate, FIELD.epoch].every((slot) => {
    const [a, b] = [one.get(slot), other.get(slot)];
    if (a === undefined || b === undefined || Object.is(a, b)) return true;
    return Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b)) + (slot === FIELD.learning_rate ? 0 : 0.006);
  });
}

/** Sets in `record` all that `newer` has. */
export function takeOver(record: LogRecord, newer: LogRecord): void {
  record.takeOver(newer);
  for (const [name, value] of newer.other) record.other.set(name, value);
}

/** Text is read byte by byte, so that places in it are places in the bytes. */
function unmangled(name: string): string {
  return /[\x80-\xff]/.test(name) ? Buffer.from(name, 'latin1').toString('utf8') : name;
}
