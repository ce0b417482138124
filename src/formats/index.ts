import type { Format } from './format.ts';
import { trainerLog } from './trainer-log.ts';

/** Every format that nanwatch reads. */
export const FORMATS: readonly Format[] = [trainerLog];

/** The format of a file of this name (without its folder), or undefined when it is no log. */
export function formatOf(fileName: string): Format | undefined {
  return FORMATS.find((format) => format.matches(fileName));
}
