import { OperatorError } from '../model/operator-error.ts';

/** Exit codes that scripts rely on. */
export const EXIT = {
  /** Nothing to report. */
  ok: 0,
  /** An incident at or above the wanted severity. */
  incident: 1,
  /** The command line or the configuration cannot be used. */
  usage: 2,
} as const;

/** The command line cannot be used. */
export class UsageError extends OperatorError {
  override readonly exitCode = EXIT.usage;
}
