// AssemblyScript. What it tells and why is said in ../signals/loss-trend.ts.
import { SortedWindow } from './sorted-window';

/** Newest losses whose median, along their slope, is where the next one is expected. */
const LOCAL: i32 = 5;
/** Logarithms that are needed, and room for more: once it is full they are moved to its beginning. */
const KEPT: i32 = LOCAL + 2;
const ROOM: i32 = 4 * KEPT;
/** Newest losses that are kept as they were logged. */
const NEWEST: i32 = 20;
/** Surprises whose spread says how far from there a loss usually falls. */
const SURPRISES: i32 = 20;
/** Surprises that are known before their middle is believed. */
const CENTRED_FROM: i32 = 4;
/** First losses, whose median is the level at which the run began. */
const BEGINNING: i32 = 8;
/** Losses that are known before anything is said of the next one. */
const LEAST: i32 = 3;
/** 1 % of the loss: below that is rounding and luck, however calm a run is. */
const LEAST_SPREAD: f64 = 0.01;
/** A loss that is off by less than this share of what was expected is no surprise, and no detector may ask for less. */
export const LEAST_OFF: f64 = 0.1;
const CALM: f64 = Math.log(1 + LEAST_OFF);
/** A score below it, either way, is no surprise, and no detector may ask for less. */
export const LEAST_SURPRISE: f64 = 4;
/** A loss that is less than this many times the best is not high, and no detector may ask for less. */
export const LEAST_RATIO: f64 = 1.2;
const HIGH: f64 = Math.log(LEAST_RATIO);
/** Logarithm of the ratio to the best loss up to which one is as good. */
const SAME: f64 = Math.log(1.05);
/** Weight of the newest loss in the moving mean: that of 20 records. */
const WEIGHT: f64 = 2.0 / 21;
/** Makes a standard deviation of a median deviation, where deviations are normal. */
const NORMAL: f64 = 1.4826;
/** Of a median deviation, that makes a surprise of this size none. */
const LEAST_DEVIATION: f64 = LEAST_SURPRISE * NORMAL;
/** Newest changes from one loss to the next whose middle is the usual one. */
const CHANGES: i32 = 32;
/** Losses of an attempt that all count; of later ones every fourth does, for the spread fewer in a long run. */
const ALL_COUNT: i32 = 64;
const EVERY: i32 = 4;
const LONG: i32 = 1024;
const EVERY_IN_LONG: i32 = 16;
/** Later losses from one beat to the next: at least so many, and about one for each 32 or 64 before. */
const BEAT: i32 = 16;
const BEAT_SHARE: i32 = 5;

@unmanaged
class Trend {
  /** Usable losses in this attempt: all, and without the newest record. */
  count: i32;
  before: i32;
  /** Place of the newest logarithm. */
  at: i32;
  /** The newest record has a usable loss. */
  hasLoss: i32;
  /** Another loss than the first came near the best. */
  isBestSure: i32;
  newestSize: i32;
  newestNext: i32;
  changesSize: i32;
  changesNext: i32;
  /** The newest change, where it counts; else NaN. */
  change: f64;
  /** Logarithms: what was expected of the newest record, NaN until it is asked for; and its surprise. */
  expected: f64;
  surprise: f64;
  /** What the newest loss adds to the surprises, NaN for nothing. */
  innovation: f64;
  score: f64;
  best: f64;
  mean: f64;
  /** The lowest mean since the last beat. */
  leastMean: f64;
}

// The trend of one run: whoever works on another one puts it here first.
export const STATE_BYTES: usize = offsetof<Trend>() + <usize>(ROOM + NEWEST + CHANGES) * 8 + 2 * SortedWindow.BYTES;
export const state: usize = memory.data(4096, 16);

const trend = changetype<Trend>(state);
/** Logarithms of the newest losses; while there are fewer, the first one stands for those before it. */
const logs: usize = state + offsetof<Trend>();
/** The newest losses that were finite and not 0, of earlier attempts too; a ring. */
const newest: usize = logs + <usize>ROOM * 8;
/** Newest changes of the logarithm from one loss to the next, of those that count; a ring. */
const changes: usize = newest + <usize>NEWEST * 8;
const surprises = SortedWindow.at(changes + <usize>CHANGES * 8);
const first = SortedWindow.at(changes + <usize>CHANGES * 8 + SortedWindow.BYTES);
/** Where a window is needed for a moment. */
const sorting = SortedWindow.at(memory.data(528, 16));

/** Makes the state that of a run of which nothing is known. */
export function beginTrend(): void {
  memory.fill(state, 0, STATE_BYTES);
  surprises.begin(SURPRISES);
  first.begin(BEGINNING);
  trend.mean = NaN;
  trend.leastMean = NaN;
  trend.expected = NaN;
  trend.score = NaN;
  trend.innovation = NaN;
  forgetBest();
}

/** Takes the loss of the next record, NaN for none. */
export function observeLoss(loss: f64): void {
  beginRecord();
  if (loss > 0 && loss < Infinity) {
    const log = Math.log(loss);
    compare(log);
    keep(loss, log);
  } else if (isFinite(loss) && loss !== 0) pushNewest(loss);
}

/** Takes the next loss, a finite number, where it is neither a surprise nor high nor a beat. Returns whether it did. */
export function takeCalmLoss(loss: f64): bool {
  if (!(loss > 0) || isBeatAt(trend.count)) return false;
  const log = Math.log(loss);
  if (log >= trend.best + HIGH) return false;
  beginRecord();
  compare(log);
  if (!(Math.abs(trend.score) < LEAST_SURPRISE)) return false;
  keep(loss, log);
  return true;
}

/** A step back, which may be a new attempt: where it goes on from is not known. */
export function restartTrend(): void {
  surprises.clear();
  trend.count = 0;
  forgetBest();
}

/** A new attempt, proven: it may not come as far as the one before. */
export function forgetBest(): void {
  trend.best = Infinity;
  trend.isBestSure = 0;
  trend.changesSize = 0;
  trend.changesNext = 0;
  trend.change = NaN;
}

export function score(): f64 {
  return trend.score;
}

export function surprise(): f64 {
  return trend.surprise;
}

/** Logarithm of the loss that was expected of the newest record. */
export function expected(): f64 {
  if (!isNaN(trend.expected) || trend.before < 1) return trend.expected;
  return expectAfter(trend.hasLoss ? trend.at - 1 : trend.at);
}

export function logOfNewest(): f64 {
  return log(trend.at);
}

export function level(): f64 {
  const at = trend.at;
  return medianOfFive(log(at), log(at - 1), log(at - 2), log(at - 3), log(at - 4));
}

export function countBefore(): i32 {
  return trend.before;
}

export function best(): f64 {
  return trend.best;
}

export function isBestSure(): bool {
  return trend.isBestSure !== 0;
}

export function mean(): f64 {
  return trend.mean;
}

export function leastMean(): f64 {
  return trend.leastMean;
}

export function isHigh(): bool {
  return trend.hasLoss && log(trend.at) >= trend.best + HIGH;
}

export function isBeat(): bool {
  return trend.hasLoss && isBeatAt(trend.before);
}

export function usualChange(): f64 {
  sort(changes, trend.changesSize);
  return sorting.median();
}

export function beginning(): f64 {
  return first.median();
}

/** Of the newest losses, the median. */
export function newestMedian(): f64 {
  sort(newest, trend.newestSize);
  return sorting.median();
}

export function newestLeast(): f64 {
  sort(newest, trend.newestSize);
  return sorting.nth(0);
}

/** Logarithm of the `place`-th smallest of the losses just before the newest one. */
export function nthBefore(place: i32): f64 {
  sorting.begin(LOCAL);
  for (let age: i32 = 1; age <= LOCAL; age++) sorting.push(log(trend.at - age));
  return sorting.nth(place);
}

function sort(values: usize, count: i32): void {
  sorting.begin(count);
  for (let place: i32 = 0; place < count; place++) sorting.push(load<f64>(values + ((<usize>place) << 3)));
}

/** Whether the loss after `count` others is a beat. */
function isBeatAt(count: i32): bool {
  if (count < ALL_COUNT) return true;
  const share = count >> BEAT_SHARE;
  const every = share <= BEAT ? BEAT : 1 << (31 - clz(share));
  return (count & (every - 1)) === 0;
}

function beginRecord(): void {
  trend.before = trend.count;
  trend.expected = NaN;
  trend.innovation = NaN;
  trend.score = NaN;
  trend.hasLoss = 0;
}

/** Works out the score of the next loss, which is not kept yet. */
function compare(log: f64): void {
  if (trend.count < LEAST) return;
  const counts = spreadsNext();
  if (!counts && !isOutside(log)) {
    trend.surprise = 0;
    trend.score = 0;
    return;
  }
  const surprise = log - expectAfter(trend.at);
  const off = surprise - (surprises.size >= CENTRED_FROM ? surprises.median() : 0);
  trend.surprise = off;
  const far = Math.abs(off);
  trend.score = far < CALM || surprises.isSpread(far / LEAST_DEVIATION) ? 0 : off / max(spread(), LEAST_SPREAD);
  if (counts) trend.innovation = surprise;
}

function spread(): f64 {
  return surprises.size === 0 ? 0 : NORMAL * surprises.medianDeviation();
}

/** Makes the next loss the newest one. */
function keep(loss: f64, newLog: f64): void {
  const counts = countsNext();
  trend.hasLoss = 1;
  pushNewest(loss);
  if (!isNaN(trend.innovation)) surprises.push(trend.innovation);
  if (!isNaN(trend.change)) pushChange(trend.change);
  trend.change = counts && trend.count > 0 ? Math.abs(newLog - log(trend.at)) : NaN;
  if (trend.count > 0 && newLog <= trend.best + SAME) trend.isBestSure = 1;
  pushLog(newLog);
  // the median cannot fall below the best unless the newest loss does
  if (newLog < trend.best) trend.best = min(trend.best, level());
  trend.mean = trend.count === 0 ? loss : trend.mean + WEIGHT * (loss - trend.mean);
  trend.leastMean = trend.count === 0 || isBeatAt(trend.count - 1) ? trend.mean : min(trend.leastMean, trend.mean);
  trend.count++;
  if (first.size < BEGINNING) first.push(loss);
}

/** Whether the next loss counts. */
function countsNext(): bool {
  return trend.count < ALL_COUNT || (trend.count & (EVERY - 1)) === 0;
}

/** Whether it counts for the spread, too. */
function spreadsNext(): bool {
  return countsNext() && (trend.count < LONG || (trend.count & (EVERY_IN_LONG - 1)) === 0);
}

function pushNewest(loss: f64): void {
  store<f64>(newest + ((<usize>trend.newestNext) << 3), loss);
  trend.newestNext = trend.newestNext + 1 === NEWEST ? 0 : trend.newestNext + 1;
  if (trend.newestSize < NEWEST) trend.newestSize++;
}

function pushChange(change: f64): void {
  store<f64>(changes + ((<usize>trend.changesNext) << 3), change);
  trend.changesNext = trend.changesNext + 1 === CHANGES ? 0 : trend.changesNext + 1;
  if (trend.changesSize < CHANGES) trend.changesSize++;
}

function pushLog(newest: f64): void {
  if (trend.count === 0) {
    for (let place: i32 = 0; place < KEPT; place++) store<f64>(logs + ((<usize>place) << 3), newest);
    trend.at = KEPT - 1;
    return;
  }
  if (trend.at === ROOM - 1) {
    for (let place: i32 = 0; place < KEPT - 1; place++)
      store<f64>(logs + ((<usize>place) << 3), log(ROOM - KEPT + 1 + place));
    trend.at = KEPT - 2;
  }
  trend.at++;
  store<f64>(logs + ((<usize>trend.at) << 3), newest);
}

function log(place: i32): f64 {
  return load<f64>(logs + ((<usize>place) << 3));
}

/** Beyond all of the newest losses. */
function isOutside(one: f64): bool {
  let least = log(trend.at);
  if (Math.abs(one - least) <= CALM) return false;
  let most = least;
  for (let age: i32 = 1; age < LOCAL; age++) {
    const other = log(trend.at - age);
    least = lower(least, other);
    most = higher(most, other);
  }
  return one > most + CALM || one < least - CALM;
}

/** Logarithm of the loss that is expected after the one at `newest`. */
function expectAfter(newest: i32): f64 {
  const a = log(newest);
  const b = log(newest - 1);
  const c = log(newest - 2);
  const d = log(newest - 3);
  const e = log(newest - 4);
  const slope = medianOfFive(a - b, b - c, c - d, d - e, e - log(newest - 5));
  trend.expected = medianOfFive(a + slope, b + 2 * slope, c + 3 * slope, d + 4 * slope, e + 5 * slope);
  return trend.expected;
}

/** The middle one, by eight comparisons; none may be NaN. */
function medianOfFive(a: f64, b: f64, c: f64, d: f64, e: f64): f64 {
  const lowAb = lower(a, b);
  const highAb = higher(a, b);
  const lowCd = lower(c, d);
  const highCd = higher(c, d);
  // neither the smallest nor the largest of four is the middle one of five
  const low = higher(lowAb, lowCd);
  const high = lower(highAb, highCd);
  return higher(lower(low, high), lower(e, higher(low, high)));
}

// What f64.min and f64.max are compiled to branches, which for losses nobody can predict; these do not.
function lower(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
}

function higher(a: f64, b: f64): f64 {
  return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
}
