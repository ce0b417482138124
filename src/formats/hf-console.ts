import { ConsoleReader } from './console/reader.ts';
import type { Format } from './format.ts';

/** `train.log`, `run.out`, and what rotation makes of them: `train.log.1`, `train.log-20261124`. */
const NAME = /^[^.].*\.(?:log|out)(?:[.-]\d[\d.-]*)?$|^running_log\.txt$/;

const ROTATED = /(?<=\.(?:log|out))[.-](\d[\d.-]*)$/;
/** A shorter number counts how often a piece was moved on; a longer one is a date. */
const DATE_DIGITS = 6;
const MOST_MOVES = 10 ** DATE_DIGITS;

/** Dated pieces are the older the earlier, counted ones the higher; the log itself is the newest. */
function placeOf(rotation: string | undefined): string {
  if (rotation === undefined) return '2';
  const digits = rotation.replace(/\D/g, '');
  return digits.length > DATE_DIGITS
    ? `0${digits}`
    : `1${String(MOST_MOVES - Number(digits)).padStart(DATE_DIGITS + 1, '0')}`;
}

/**
 * What a training with Hugging Face's Trainer, or one built on it, prints: the dict of each log in every spelling that
 * there was, progress bars, LLaMA-Factory's own lines, DeepSpeed's about its loss scale, tracebacks.
 */
export const hfConsole: Format = {
  name: 'hf-console',
  kind: 'log',
  rewritten: false,
  digits: 4,
  keepsSteps: false,
  settlesAtEnd: false,
  matches: (fileName) => NAME.test(fileName),
  chain: (fileName) => {
    const rotation = ROTATED.exec(fileName);
    return { of: fileName.slice(0, rotation?.index), place: placeOf(rotation?.[1]) };
  },
  open: (sink) => new ConsoleReader(sink),
};
