import type { AlertName, Severity } from './alert.ts';
import type { Judgement } from './judgement.ts';

/** One number that speaks for an incident. `step` is null for evidence outside the steps (a stall). */
export interface Evidence {
  readonly step: number | null;
  readonly field: string;
  readonly value: number;
}

/**
 * One incident of one run at one moment: a value, never changed; a later moment is another object.
 * One alert is one incident.
 */
export interface Incident {
  readonly run: string;
  /** Same incident, same id, after any restart: made of what the log says, not of when it was read. */
  readonly id: string;
  readonly alertname: AlertName;
  readonly severity: Severity;
  readonly status: 'firing' | 'resolved';
  /** Logged steps of the first and last bad record. */
  readonly firstStep: number | null;
  readonly lastStep: number | null;
  /** Bad records. */
  readonly occurrences: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Incidents of one trouble share it. */
  readonly group: string;
  /** The alert that leads the group, when it is another one. */
  readonly inhibitedBy: AlertName | null;
  readonly weights: 'intact' | 'lost' | 'unknown';
  /** What says so; null while nothing does. */
  readonly judgement: Judgement | null;
  /** The newest good checkpoint from before the trouble, relative to the run folder; null when there is none, or no need. */
  readonly rollbackCheckpoint: string | null;
  /** What was done since with weights that are lost; null when they are not. */
  readonly wasted: Wasted | null;
  /** What the log itself said, in its own words: the last line of a traceback. */
  readonly words: string | null;
  /** At most {@link MAX_EVIDENCE}: the first ones and the newest. */
  readonly evidence: readonly Evidence[];
}

/** Work that was for nothing. */
export interface Wasted {
  readonly steps: number;
  /** Null when the pace of the run is not known. */
  readonly seconds: number | null;
  /** Null when the log counts no tokens. */
  readonly tokens: number | null;
}

export const MAX_EVIDENCE = 8;
