/**
 * What is out of the ordinary in a record or in the few before it, as bits. Most records show nothing of it, and most
 * detectors need not look at those.
 */
export const SIGN = {
  /** A loss, an evaluation loss or a gradient norm that is not finite. */
  nonfinite: 1,
  /** A loss of exactly 0. */
  zero: 2,
  /** A loss that is not near where it was expected, or of which nothing was expected yet. */
  surprise: 4,
  /** A learning rate that stood still, or that shows skipped steps. */
  rate: 8,
  /** Weights of which something is held: there was trouble in this attempt. */
  doubt: 16,
  /** A new attempt, or a step back that may be one. */
  restart: 32,
  /** The run is over. */
  ended: 64,
  /** Another configuration than the record before. */
  configuration: 128,
  /** Reinforcement learning. */
  reinforcement: 256,
  /** A loss far above the best. */
  high: 512,
  /** A loss of an attempt, of the first ones every one, later every sixteenth and rarer: what changes slowly is looked at now. */
  beat: 1024,
  /** Enough time has gone by since the last such record to be measured, or time that must not be. */
  time: 2048,
  /** A loss so far below what was expected that what follows tells whether it was whole. */
  dip: 4096,
} as const;

export type Sign = keyof typeof SIGN;

/** Records without a sign after which the signs before them are forgotten; of {@link BRIEF} ones it is one. */
export const LINGER = 4;

/** One more than all signs together. */
export const MOST_SIGNS = 2 * Math.max(...Object.values(SIGN));

/** Signs that mean only the record itself and the next one. */
export const BRIEF = SIGN.surprise;

/** Signs that mean only the record itself. */
export const MOMENTARY = SIGN.beat | SIGN.time;

/** The signs as bits. */
export function bitsOf(signs: readonly Sign[]): number {
  return signs.reduce((bits, sign) => bits | SIGN[sign], 0);
}
