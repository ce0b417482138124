import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back the memory that reading the logs for the first time has left behind. V8 does so by itself when more is asked
 * for, which an agent of quiet runs never does. Stops the process for some milliseconds per MiB in use.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: NonNullable<typeof globalThis.gc> = runInNewContext('gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
