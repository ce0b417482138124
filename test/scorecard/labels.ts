import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { kindNamed } from './kinds.ts';

/** Trouble that a label tells of. Steps are null where the label counts in records. */
export interface Trouble {
  readonly kind: string;
  readonly firstStep: number | null;
  readonly lastStep: number | null;
  readonly occurrences: number | null;
  /** First record that shows it, where that is another one than the first. */
  readonly firstVisible: number | null;
  /** It must be found. */
  readonly required: boolean;
}

export type Weights = 'intact' | 'lost';

/** `unended`: nothing says that the run has ended. */
export type EndState = 'finished' | 'failed' | 'unended';

/** The truth about one run. What is null is not told. */
export interface Label {
  readonly run: string;
  readonly healthy: boolean;
  /** Left out of right and wrong. */
  readonly ambiguous: boolean;
  /** Some alert must fire, whichever. */
  readonly fatal: boolean;
  /** It healed by itself: a warning at most. */
  readonly transient: boolean;
  /** Only a configuration lies there: no run is to be seen. */
  readonly isRun: boolean;
  readonly state: EndState | null;
  readonly attempts: number | null;
  readonly lastStep: number | null;
  /** What is to be said of the weights. */
  readonly weights: Weights | null;
  /** The checkpoint to go back to, null for none; undefined where that is not told. */
  readonly rollback: string | null | undefined;
  readonly troubles: readonly Trouble[];
}

const STEP = z.union([z.number(), z.string()]).nullable().optional();
const TROUBLE = z.object({
  kind: z.string().optional(),
  alertname: z.string().optional(),
  first_step: STEP,
  last_step: STEP,
  occurrences: z.number().optional(),
  required: z.boolean().optional(),
  first_visible_step: z.number().optional(),
});
const LABEL = z.object({
  run: z.string(),
  healthy: z.boolean().optional(),
  verdict: z.string().optional(),
  severity: z.string().optional(),
  ambiguous: z.boolean().default(false),
  state: z.string().optional(),
  attempts: z.number().optional(),
  last_step: z.number().optional(),
  weights: z.enum(['intact', 'lost']).nullable().optional(),
  rollback_checkpoint: z.string().nullable().optional(),
  rollback_scored: z.boolean().nullable().optional(),
  incidents: z.array(TROUBLE).optional(),
  // beside exact incidents, what has no exact extent
  gradual: z.array(TROUBLE).optional(),
  expected: z.array(TROUBLE).optional(),
});

/** What the last of these words says of how a run stands. */
const STATES: Readonly<Record<string, EndState>> = {
  finished: 'finished',
  killed: 'unended',
  running: 'unended',
  stalled: 'unended',
  failed: 'failed',
  ended_early: 'failed',
};
/** Words that tell how a run went, not of trouble in it. */
const NO_TROUBLE = new Set(['finished', 'killed', 'steps_repeated', 'file_deleted_and_restarted']);

/** Reads the `labels.jsonl` of a folder, in any of the forms that there are. */
export function readLabels(folder: string): Label[] {
  const lines = readFileSync(join(folder, 'labels.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => labelOf(LABEL.parse(JSON.parse(line))));
}

function labelOf(told: z.output<typeof LABEL>): Label {
  const stated = [...(told.incidents ?? told.expected ?? []), ...(told.gradual ?? [])];
  const found = stated.map((one) => troubleOf(one, told.verdict === undefined));
  const ends = told.expected?.findLast(({ kind = '' }) => STATES[kindNamed(kind)] !== undefined);
  const restarts = told.expected && found.filter(({ kind }) => kind === 'restart').length;
  const { run, ambiguous, severity } = told;
  return {
    run,
    healthy: told.healthy ?? told.verdict === 'healthy',
    ambiguous,
    fatal: severity === 'fatal',
    transient: severity === 'transient',
    isRun: told.expected === undefined || told.expected.length > 0,
    state: STATES[told.state ?? kindNamed(ends?.kind ?? '')] ?? null,
    attempts: told.attempts ?? (restarts === undefined ? null : restarts + 1),
    lastStep: told.last_step ?? numberOrNull(ends?.last_step),
    weights: told.weights ?? null,
    rollback: told.rollback_scored ? (told.rollback_checkpoint ?? null) : undefined,
    troubles: gathered(found.filter(({ kind }) => !NO_TROUBLE.has(kind))),
  };
}

function troubleOf(told: z.output<typeof TROUBLE>, required: boolean): Trouble {
  return {
    kind: kindNamed(told.kind ?? told.alertname ?? ''),
    firstStep: numberOrNull(told.first_step),
    lastStep: numberOrNull(told.last_step),
    occurrences: told.occurrences ?? null,
    firstVisible: told.first_visible_step ?? null,
    required: told.required ?? required,
  };
}

/** Bad records with at most this many good steps between them are one incident; some labels have one for each. */
const GAP_STEPS = 20;

function gathered(troubles: readonly Trouble[]): Trouble[] {
  const all: Trouble[] = [];
  for (const trouble of troubles) {
    const { kind, firstStep, lastStep, occurrences } = trouble;
    const place = all.findLastIndex((one) => one.kind === kind);
    const before = all[place];
    const isNear = firstStep !== null && before?.lastStep != null && firstStep - before.lastStep - 1 <= GAP_STEPS;
    // where records are counted, they are counted by incident
    if (before !== undefined && isNear && occurrences === null) all[place] = { ...before, lastStep };
    else all.push(trouble);
  }
  return all;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
