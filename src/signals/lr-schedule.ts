import { assembly } from '../assembly.ts';
import type { RunContext } from '../model/context.ts';

const lr = assembly<{
  stepsAt(kind: number, start: number, scale: number, peak: number, rate: number): number;
}>();

/** Kinds of schedules, as the assembly knows them. */
const LINEAR = 1;
const COSINE = 2;
export const NOT_FOUND = 0;
export const NO_SCHEDULE = -1;

/** A schedule, past its warm-up. */
export interface LrSchedule {
  readonly kind: typeof LINEAR | typeof COSINE;
  /** Linear: steps in all. Cosine: steps of the warm-up. */
  readonly start: number;
  /** Linear: by how much it falls with each step. Cosine: steps for each unit of the angle. */
  readonly scale: number;
  /** Cosine: the highest rate. */
  readonly peak: number;
}

/**
 * The number of scheduler steps that were made when a rate was set; NaN where the schedule does not tell, as on its
 * warm-up's first step or beyond its end.
 */
export function stepsAt({ kind, start, scale, peak }: LrSchedule, rate: number): number {
  return lr.stepsAt(kind, start, scale, peak, rate);
}

export interface LrPoint {
  /** Logged step. */
  readonly step: number;
  readonly lr: number;
}

/** A schedule, and how many steps the logged ones are ahead of it while nothing was skipped. */
export interface FittedSchedule {
  readonly schedule: LrSchedule;
  readonly lead: number;
}

/** Of the logged steps by which a schedule may be off while it fits. */
const TOLERANCE = 0.02;
/** Calibration of the loss scale skips up to 16 steps, and newer trainers log the rate from before the last step. */
const MAX_LEAD = 33;
/** Warm-up lengths that are tried where none is stated. */
const MAX_WARMUP = 4096;

/**
 * The schedule that gives the rates of `points`, which are from steps that all happened: as it is configured, else
 * fitted. Known are `linear` and `cosine` with a linear warm-up, as transformers makes them
 * (`get_linear_schedule_with_warmup`, `get_cosine_schedule_with_warmup`); others come back null, and so does a poor fit.
 *
 * @param points at least three, past the warm-up, with falling rates
 * @param maxSteps scheduler steps in all
 */
export function fitSchedule(points: readonly LrPoint[], maxSteps: number, context: RunContext): FittedSchedule | null {
  const { lr_scheduler_type: type } = context;
  const isAny = type === undefined;
  const asLinear = isAny || type === 'linear' ? linearThrough(points, maxSteps) : null;
  return asLinear ?? (isAny || type === 'cosine' ? cosineThrough(points, maxSteps, context) : null);
}

function warmupOf({ warmup_steps, warmup_ratio }: RunContext, maxSteps: number): number | undefined {
  if (warmup_steps !== undefined && warmup_steps > 0) return warmup_steps;
  return warmup_ratio === undefined ? warmup_steps : Math.ceil(warmup_ratio * maxSteps);
}

/** `lr = (T - t) * fall`: it falls by the same from step to step, to 0 at the end. */
function linearThrough(points: readonly LrPoint[], maxSteps: number): FittedSchedule | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || first.step === last.step) return null;
  const fall = (first.lr - last.lr) / (last.step - first.step);
  return checked({ kind: LINEAR, start: maxSteps, scale: fall, peak: 0 }, points);
}

/** The peak and the length of the warm-up are tried where they are not stated. */
function cosineThrough(points: readonly LrPoint[], maxSteps: number, context: RunContext): FittedSchedule | null {
  const [first] = points;
  if (first === undefined) return null;
  const stated = warmupOf(context, maxSteps);
  const most = Math.min(stated ?? MAX_WARMUP, first.step, maxSteps - 1);
  for (let warmup = stated ?? 0; warmup <= most; warmup++) {
    if (context.learning_rate !== undefined) {
      const fitted = checked(cosine(context.learning_rate, warmup, maxSteps), points);
      if (fitted !== null) return fitted;
      continue;
    }
    // the rate that is logged with a step may be the one from before it
    for (const lead of [0, 1]) {
      const angle = (Math.PI * (first.step - lead - warmup)) / (maxSteps - warmup);
      const fitted = checked(cosine((2 * first.lr) / (1 + Math.cos(angle)), warmup, maxSteps), points);
      if (fitted !== null) return fitted;
    }
  }
  return null;
}

/** `lr = peak / 2 * (1 + cos(pi * (t - W) / (T - W)))`, turned round. */
function cosine(peak: number, warmup: number, maxSteps: number): LrSchedule {
  return { kind: COSINE, start: warmup, scale: (maxSteps - warmup) / Math.PI, peak };
}

/** The schedule, if it tells of all points that they are equally far behind it, by a whole number of steps. */
function checked(schedule: LrSchedule, points: readonly LrPoint[]): FittedSchedule | null {
  const leads = points.map(({ step, lr }) => step - stepsAt(schedule, lr));
  const lead = Math.round(leads[0] ?? Number.NaN);
  const fits = leads.every((one) => Math.abs(one - lead) <= TOLERANCE);
  return fits && lead >= 0 && lead <= MAX_LEAD ? { schedule, lead } : null;
}
