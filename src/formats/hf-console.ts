import { ConsoleReader } from './console/reader.ts';
import type { Format } from './format.ts';

/** `train.log`, `run.out`, and what rotation makes of them: `train.log.1`, `train.log-20261124`. */
const NAME = /^[^.].*\.(?:log|out)(?:[.-]\d[\d.-]*)?$|^running_log\.txt$/;

/**
 * What a training with Hugging Face's Trainer, or one built on it, prints: the dict of each log in every spelling that
 * there was, progress bars, LLaMA-Factory's own lines, DeepSpeed's about its loss scale, tracebacks.
 */
export const hfConsole: Format = {
  name: 'hf-console',
  kind: 'log',
  rewritten: false,
  matches: (fileName) => NAME.test(fileName),
  open: (sink) => new ConsoleReader(sink),
};
