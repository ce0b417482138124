// AssemblyScript. Which records are plain is said in ../runs/run.ts, which of these are calm in ../signals/signals.ts.
import { ELAPSED_SECONDS, fieldsOf, GRAD_NORM, has, LEARNING_RATE, LOSS, MAX_STEPS, number, STEP } from './block';
import { takeCalmLoss } from './loss-trend';

// What is known of a run: step of the newest record, its seconds (NaN for none), and its last step (NaN where unknown).
let lastStep: f64 = NaN;
let lastElapsed: f64 = NaN;
let end: f64 = NaN;

export function setRun(step: f64, elapsed: f64, maxSteps: f64): void {
  lastStep = step;
  lastElapsed = elapsed;
  end = maxSteps;
}

/** How many records are plain, from `from` on and `most` at most. */
export function plain(from: i32, most: i32): i32 {
  const fields = fieldsOf(from);
  let at = from;
  while (at < from + most && isPlain(at, fields)) goOn(at++, fields);
  return at - from;
}

function isPlain(at: i32, fields: u32): bool {
  const loss = number(LOSS, at);
  const step = number(STEP, at);
  if (fieldsOf(at) !== fields || loss === 0 || !isFinite(loss) || step < lastStep || (end > 0 && step >= end))
    return false;
  if (has(fields, GRAD_NORM) && !isFinite(number(GRAD_NORM, at))) return false;
  if (has(fields, MAX_STEPS) && number(MAX_STEPS, at) !== end) return false;
  return !has(fields, ELAPSED_SECONDS) || !(number(ELAPSED_SECONDS, at) < lastElapsed);
}

function goOn(at: i32, fields: u32): void {
  lastStep = number(STEP, at);
  if (has(fields, ELAPSED_SECONDS)) lastElapsed = number(ELAPSED_SECONDS, at);
}

/** Moves in a row after which a rate that stands still says something. */
export const MOVING: i32 = 3;
/** How far from a whole number of steps the rate may say that the scheduler is. */
export const WHOLE: f64 = 0.1;

// What is known of the learning rate of one run.
/** 0 for a schedule that was not found yet, -1 for none, 1 for a linear one, 2 for a cosine. */
let kind: i32 = 0;
let start: f64 = 0;
let scale: f64 = 0;
let peak: f64 = 0;
/** What a division by the two comes to: a multiplication takes a quarter of its time. */
let perScale: f64 = 0;
let perHalfPeak: f64 = 0;
/** Steps by which the logged ones are ahead of the schedule. */
let ahead: f64 = 0;
export let lastRate: f64 = NaN;
export let lastRateStep: f64 = NaN;
export let moves: i32 = 0;

export function setSchedule(ofKind: i32, from: f64, per: f64, top: f64, by: f64): void {
  kind = ofKind;
  start = from;
  scale = per;
  peak = top;
  perScale = 1 / per;
  perHalfPeak = 2 / top;
  ahead = by;
  anchor = NaN;
}

export function setRate(rate: f64, step: f64, moved: i32): void {
  lastRate = rate;
  lastRateStep = step;
  moves = moved;
}

/** Steps that a schedule has made when it gives this rate: see ../signals/lr-schedule.ts. */
export function stepsAt(ofKind: i32, from: f64, per: f64, top: f64, rate: f64): f64 {
  return ofKind === 1 ? from - rate / per : from + per * Math.acos(min(1, (2 * rate) / top - 1));
}

/**
 * Takes records, from `from` on and `most` at most, as long as they are plain and calm, into the trend of the loss and what
 * is known of the rate.
 *
 * @param timedStep step of the last record whose time was taken, and its seconds
 * @param measurable seconds from there that are worth taking
 * @returns how many
 */
export function calm(from: i32, most: i32, timedStep: f64, timedSeconds: f64, measurable: f64): i32 {
  const fields = fieldsOf(from);
  const hasRate = has(fields, LEARNING_RATE);
  let at = from;
  while (at < from + most && isPlain(at, fields)) {
    const step = number(STEP, at);
    const passed = number(ELAPSED_SECONDS, at) - timedSeconds;
    if (!(step > timedStep && passed >= 0 && passed < measurable)) break;
    const rate = hasRate ? number(LEARNING_RATE, at) : NaN;
    if (!isRateCalm(rate, step) || !takeCalmLoss(number(LOSS, at))) break;
    takeRate(rate, step);
    goOn(at++, fields);
  }
  return at - from;
}

function isRateCalm(rate: f64, step: f64): bool {
  if (!(rate > 0) || step === lastRateStep) return true;
  if (rate === lastRate && moves >= MOVING) return false;
  if (kind <= 0) return kind < 0 || !(rate < lastRate);
  return isNear(rate, step - ahead) || isAt(rate, step - ahead);
}

// A point of a cosine from which the rates near it follow: its step, and of its angle the cosine and the sine.
let anchor: f64 = NaN;
let cosine: f64 = 0;
let sine: f64 = 0;
/** Farthest angle from there, at which four terms of the series are exact to 1e-12. */
const NEAR: f64 = 0.01;

/** Whether the schedule gives about this rate after so many steps; false does not say that it does not. */
function isNear(rate: f64, steps: f64): bool {
  const by = (steps - anchor) * perScale;
  if (!(Math.abs(by) <= NEAR)) return false;
  const squared = by * by;
  const there = cosine * (1 - squared * 0.5 * (1 - squared * (1.0 / 12))) - sine * by * (1 - squared * (1.0 / 6));
  const fall = (sine + cosine * by) * perScale;
  return Math.abs(rate * perHalfPeak - 1 - there) <= (WHOLE / 2) * fall;
}

/** Whether the schedule gives this rate after so many steps. */
function isAt(rate: f64, steps: f64): bool {
  const made = stepsAt(kind, start, scale, peak, rate);
  cosine = (2 * rate) / peak - 1;
  sine = Math.sqrt(1 - cosine * cosine);
  // where the cosine is flat, the rate says little of the steps
  anchor = kind === 2 && sine > 0.001 ? made : NaN;
  return Math.abs(steps - made) <= WHOLE;
}

function takeRate(rate: f64, step: f64): void {
  if (!(rate > 0) || step === lastRateStep) return;
  moves = movesAfter(rate, step);
  lastRate = rate;
  lastRateStep = step;
}

/** Moves in a row, up to a bound; a rate that never moves again has reached its end. */
function movesAfter(rate: f64, step: f64): i32 {
  if (rate === lastRate && step > lastRateStep) return max(0, moves - 1);
  return min(2 * MOVING, moves + 1);
}
