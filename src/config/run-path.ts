import { z } from 'zod';

/** A file outside the folder of the run that it belongs to. */
export interface RunPath {
  /** The run's id: its folder's path below the watched one. */
  readonly run: string;
  readonly path: string;
}

const RUN_PATH = /^([^=]+)=(.+)$/s;

/** A run and the path of a file that belongs to it: `qwen/lora/sft=/var/log/train.out`. */
export const runPath = z
  .string()
  .regex(RUN_PATH, 'must be RUN=PATH, for example qwen/lora/sft=/var/log/train.out')
  .transform((text): RunPath => {
    const [, run = '', path = ''] = RUN_PATH.exec(text) ?? [];
    return { run, path };
  });
