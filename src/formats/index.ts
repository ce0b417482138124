import { adapterConfig } from './adapter-config.ts';
import type { Format } from './format.ts';
import { hfConsole } from './hf-console.ts';
import { llamaboardConfig } from './llamaboard-config.ts';
import { swiftLogging } from './swift-logging.ts';
import { tensorboard } from './tensorboard.ts';
import { trainerLog } from './trainer-log.ts';
import { trainerState } from './trainer-state.ts';
import { trainingArgs } from './training-args.ts';

/** Every format that nanwatch reads; what keeps the steps of a run best, and knows its configuration best, comes first. */
export const FORMATS: readonly Format[] = [
  trainerLog,
  swiftLogging,
  trainingArgs,
  tensorboard,
  llamaboardConfig,
  hfConsole,
  trainerState,
  adapterConfig,
];

/** The format of a file of this name (without its folder), or undefined when it is no log. */
export function formatOf(fileName: string): Format | undefined {
  return FORMATS.find((format) => format.matches(fileName));
}
