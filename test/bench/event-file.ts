import { closeSync, openSync, writeSync } from 'node:fs';
import { logged, VERSION } from '../unit/formats/tf-events.ts';

/** Writes an event file of at least `least` bytes as Hugging Face's callback would: loss, norm, rate and epoch of every step. */
export function writeEventFile(path: string, least: number): void {
  const file = openSync(path, 'w');
  let bytes = writeSync(file, VERSION);
  for (let step = 1; bytes < least; ) {
    const block: Buffer[] = [];
    for (let count = 0; count < 1000; count++, step++) {
      const loss = 1.2 + 3 * Math.exp(-step / 1e5) + Math.sin(step) * 0.05;
      const numbers = {
        'train/loss': loss,
        'train/grad_norm': loss / 3,
        'train/learning_rate': 5e-5,
        'train/epoch': step / 1e5,
      };
      block.push(logged(step, numbers));
    }
    bytes += writeSync(file, Buffer.concat(block));
  }
  closeSync(file);
}
