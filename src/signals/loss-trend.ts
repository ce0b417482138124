import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import { medianOfFive } from '../statistics/median-of-five.ts';
import { Ring } from '../statistics/ring.ts';
import { SortedWindow } from '../statistics/sorted-window.ts';

/** Newest losses whose median, along their slope, is where the next one is expected. */
const LOCAL = 5;
/** Logarithms that are needed, and room for more: once it is full they are moved to its beginning. */
const KEPT = LOCAL + 2;
const ROOM = 4 * KEPT;
/** Newest losses that are kept as they were logged. */
const NEWEST = 20;
/** Surprises whose spread says how far from there a loss usually falls. */
const SURPRISES = 20;
/** Surprises that are known before their middle is believed. */
const CENTRED_FROM = 4;
/** First losses, whose median is the level at which the run began. */
const BEGINNING = 8;
/** Losses that are known before anything is said of the next one. */
const LEAST = 3;
/** 1 % of the loss: below that is rounding and luck, however calm a run is. */
const LEAST_SPREAD = 0.01;
/** A loss that is off by less than this share of it is no surprise to anyone: its score is not worked out. */
const CALM = 0.04;
/** A score below it, either way, is no surprise, and no detector may ask for less. */
export const LEAST_SURPRISE = 3;
/** A loss that is less than this many times the best is not high, and no detector may ask for less. */
export const LEAST_RATIO = 1.2;
const HIGH = Math.log(LEAST_RATIO);
/** Logarithm of the ratio to the best loss up to which one is as good. */
const SAME = Math.log(1.05);
/** Weight of the newest loss in the moving mean: that of 20 records. */
const WEIGHT = 2 / 21;
/** Makes a standard deviation of a median deviation, where deviations are normal. */
const NORMAL = 1.4826;
/** Worked on by all runs in turn. */
const five = new Float64Array(LOCAL);
/** Newest changes from one loss to the next whose middle is the usual one. */
const CHANGES = 32;
/** Losses of an attempt that all count; of later ones every fourth does for the spread, every sixteenth is a beat. */
const ALL_COUNT = 64;
const EVERY = 4;
const BEAT = 16;
/** Of the level at which the run began, what a change must come to: a memorised loss doubles for no reason. */
const MATTERS = 0.02;

/**
 * Where the next training loss is expected, and how surprising the one that came is.
 *
 * In the logarithm, so that ratios count and the scale does not. The median of the newest losses, moved along the
 * median of their differences, follows a falling loss without being pulled by single ones; the spread is the median
 * deviation of the newest surprises (Hampel's identifier on the innovations of a local linear trend). On 41,000 healthy
 * public records no loss that was 1.15 times what was expected lay 10 spreads above it, and none that lay 6 below came
 * back at once.
 *
 * This is where the line's path spends its time on detection, so most of it is not done for a loss that lies among the
 * newest ones: it surprises nobody, and of these only every fourth counts for the spread.
 */
export class LossTrend {
  readonly #surprises = new SortedWindow(SURPRISES);
  readonly #first = new SortedWindow(BEGINNING);
  readonly #changes = new SortedWindow(CHANGES);
  /** The newest change, where it counts; else NaN. */
  #change = Number.NaN;
  /** Logarithms of the newest losses, the newest at {@link #at}; while there are fewer, the first one stands for those before it. */
  readonly #logs = new Float64Array(ROOM);
  #at = 0;
  /** The newest losses that were finite and not 0, of earlier attempts too. */
  readonly newest = new Ring(NEWEST);
  #hasLoss = false;
  #count = 0;
  /** Logarithms: what was expected of the newest record, NaN until it is asked for; and its surprise. */
  #expected = Number.NaN;
  #surprise = 0;
  /** How many spreads the newest loss lay above what was expected, negative below, 0 when near; NaN when it has none, or nothing was expected yet. */
  score = Number.NaN;
  /** Usable losses before the newest record in this attempt. */
  count = 0;
  /** Logarithm of the lowest {@link level} of this attempt; infinite before there is one. */
  best = Number.POSITIVE_INFINITY;
  /** Another loss than the first came near the best. */
  isBestSure = false;
  /** Moving mean of the usable losses of this attempt. */
  mean = Number.NaN;

  /** The newest loss over what was expected of it; 1 where its {@link score} is 0. */
  get ratio(): number {
    return Number.isNaN(this.score) ? Number.NaN : Math.exp(this.#surprise);
  }

  /** What was expected of the newest record's loss, whether it had one or not; NaN when nothing was yet. */
  get expected(): number {
    return Math.exp(this.#expect());
  }

  /** Logarithm of the newest usable loss. */
  get log(): number {
    return this.#logs[this.#at] as number;
  }

  /** The newest record has a usable loss, and it is far above the best. */
  get isHigh(): boolean {
    return this.#hasLoss && this.log >= this.best + HIGH;
  }

  /** The newest record has a usable loss, and it is one of those at which what changes slowly is looked at. */
  get isBeat(): boolean {
    return this.#hasLoss && (this.count < ALL_COUNT || this.count % BEAT === 0);
  }

  /** Median of the changes, in the logarithm, from one loss to the next, without the newest; NaN when there are none. */
  get usualChange(): number {
    return this.#changes.median();
  }

  /** Logarithm of the median of the newest usable losses. */
  get level(): number {
    return medianOfFive(this.#logs, this.#at - LOCAL + 1);
  }

  /** Median of the first losses of the run; NaN before there is one. */
  get beginning(): number {
    return this.#first.median();
  }

  /** Whether a change by `amount` matters beside where the run began. */
  matters(amount: number): boolean {
    return Math.abs(amount) >= MATTERS * this.beginning;
  }

  /** Of the losses just before the newest one. */
  get before(): Readonly<Record<'least' | 'median' | 'most', number>> {
    const [least = 0, , median = 0, , most = 0] = this.#logs.slice(this.#at - LOCAL, this.#at).sort();
    return { least: Math.exp(least), median: Math.exp(median), most: Math.exp(most) };
  }

  observe(record: LogRecord): void {
    const loss = record.number(FIELD.loss);
    this.count = this.#count;
    this.#expected = Number.NaN;
    this.score = Number.NaN;
    this.#hasLoss = loss > 0 && loss < Number.POSITIVE_INFINITY;
    if (Number.isFinite(loss) && loss !== 0) this.newest.push(loss);
    if (!this.#hasLoss) return;
    const log = Math.log(loss);
    const counts = this.#count < ALL_COUNT || this.#count % EVERY === 0;
    if (!Number.isNaN(this.#change)) this.#changes.push(this.#change);
    this.#change = counts && this.#count > 0 ? Math.abs(log - this.log) : Number.NaN;
    if (this.#count > 0 && log <= this.best + SAME) this.isBestSure = true;
    this.#push(log);
    // the median cannot fall below the best unless the newest loss does
    if (log < this.best) this.best = Math.min(this.best, this.level);
    this.mean = this.#count === 0 ? loss : this.mean + WEIGHT * (loss - this.mean);
    if (this.#count >= LEAST) {
      if (counts || this.#isOutside(log)) this.#compare(log, counts);
      else {
        this.#surprise = 0;
        this.score = 0;
      }
    }
    this.#count++;
    if (this.#first.size < BEGINNING) this.#first.push(loss);
  }

  /** A step back, which may be a new attempt: where it goes on from is not known. */
  restart(): void {
    this.#surprises.clear();
    this.#count = 0;
    this.forgetBest();
  }

  /** A new attempt, proven: it may not come as far as the one before. */
  forgetBest(): void {
    this.best = Number.POSITIVE_INFINITY;
    this.isBestSure = false;
    this.#changes.clear();
    this.#change = Number.NaN;
  }

  #push(log: number): void {
    const logs = this.#logs;
    if (this.#count === 0) {
      logs.fill(log, 0, KEPT);
      this.#at = KEPT - 1;
      return;
    }
    if (this.#at === ROOM - 1) {
      logs.copyWithin(0, ROOM - KEPT + 1);
      this.#at = KEPT - 2;
    }
    logs[++this.#at] = log;
  }

  /** Beyond all of the newest losses before it. */
  #isOutside(log: number): boolean {
    const logs = this.#logs;
    const at = this.#at;
    let least = logs[at - 1] as number;
    let most = least;
    for (let age = 2; age <= LOCAL; age++) {
      const one = logs[at - age] as number;
      if (one < least) least = one;
      else if (one > most) most = one;
    }
    return log > most + CALM || log < least - CALM;
  }

  #compare(log: number, counts: boolean): void {
    const surprises = this.#surprises;
    const surprise = log - this.#expect();
    const off = surprise - (surprises.size >= CENTRED_FROM ? surprises.median() : 0);
    const spread = surprises.size === 0 ? 0 : NORMAL * surprises.medianDeviation();
    this.#surprise = off;
    this.score = Math.abs(off) < CALM ? 0 : off / Math.max(spread, LEAST_SPREAD);
    if (counts) surprises.push(surprise);
  }

  /** Logarithm of the loss that was expected of the newest record. */
  #expect(): number {
    if (!Number.isNaN(this.#expected) || this.count < 1) return this.#expected;
    const logs = this.#logs;
    const newest = this.#hasLoss ? this.#at - 1 : this.#at;
    for (let age = 0; age < LOCAL; age++) {
      five[age] = (logs[newest - age] as number) - (logs[newest - age - 1] as number);
    }
    const slope = medianOfFive(five, 0);
    for (let age = 0; age < LOCAL; age++) five[age] = (logs[newest - age] as number) + (age + 1) * slope;
    this.#expected = medianOfFive(five, 0);
    return this.#expected;
  }
}
