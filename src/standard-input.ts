import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Follow } from './follow.ts';
import { hfConsole } from './formats/hf-console.ts';

/** Stands for standard input among the watched paths. */
export const STANDARD_INPUT = '-';

/** The run whose console comes on standard input. */
const RUN = 'stdin';

/**
 * Feeds the console output of a trainer, `trainer 2>&1 | nanwatch run -`, to the pipeline as a run of its own. What comes
 * is passed on to `output`, as `tee` does: whoever started the trainer wants to see it.
 *
 * @param now the clock, in ms since the epoch
 * @returns when the input has ended; stop it by destroying `input`
 */
export function followInput(
  input: Readable,
  output: NodeJS.WritableStream,
  follow: Follow,
  now: () => number,
): Promise<void> {
  const folder = resolve(RUN);
  const path = join(folder, STANDARD_INPUT);
  const source = follow.opened({ path, format: hfConsole, folder, run: RUN });
  follow.atEnd(path);
  return new Promise((done) => {
    input.on('data', (chunk: Buffer) => {
      source.push(chunk, now());
      follow.atEnd(path);
      if (output.write(chunk)) return;
      input.pause();
      output.once('drain', () => input.resume());
    });
    // a reader of the output that went away must not end the watch
    output.on('error', () => {});
    const ended = () => {
      source.end();
      follow.atEnd(path);
      done();
    };
    input.once('end', ended);
    input.once('error', ended);
    input.once('close', () => done());
  });
}
