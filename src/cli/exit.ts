/** Exit codes that scripts rely on. */
export const EXIT = {
  /** Nothing to report. */
  ok: 0,
  /** An incident at or above the wanted severity; or the agent could not run. */
  incident: 1,
  failure: 1,
  /** The command line or the configuration cannot be used. */
  usage: 2,
} as const;

/** Something the user can mend: its message is all that is shown. */
export class UsageError extends Error {}
