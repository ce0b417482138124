import { type AssemblyGlobal, assembly } from '../assembly.ts';
import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';

/** Of the run whose state lies in the assembly. */
interface Trend {
  readonly LEAST_OFF: AssemblyGlobal;
  readonly LEAST_SURPRISE: AssemblyGlobal;
  readonly LEAST_RATIO: AssemblyGlobal;
  readonly STATE_BYTES: AssemblyGlobal;
  readonly state: AssemblyGlobal;
  beginTrend(): void;
  observeLoss(loss: number): void;
  restartTrend(): void;
  forgetBest(): void;
  score(): number;
  surprise(): number;
  expected(): number;
  logOfNewest(): number;
  level(): number;
  countBefore(): number;
  best(): number;
  isBestSure(): number;
  mean(): number;
  leastMean(): number;
  isHigh(): number;
  isBeat(): number;
  usualChange(): number;
  beginning(): number;
  newestMedian(): number;
  newestLeast(): number;
  nthBefore(place: number): number;
}

const { memory, ...trend } = assembly<Trend>();
const state = new Uint8Array(memory.buffer, trend.state.value, trend.STATE_BYTES.value);
trend.beginTrend();
const BEGINNING = state.slice();
/** Whose state lies in the assembly. */
let holder: LossTrend | null = null;

/** A score below it, either way, is no surprise, and no detector may ask for less. */
export const LEAST_SURPRISE = trend.LEAST_SURPRISE.value;
/** Nor is one that is off by less than this share of what was expected. */
export const LEAST_OFF = trend.LEAST_OFF.value;
/** A loss that is less than this many times the best is not high, and no detector may ask for less. */
export const LEAST_RATIO = trend.LEAST_RATIO.value;
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
 * newest ones: it surprises nobody, and of these only every fourth counts for the spread, in a long run every sixteenth.
 * And the arithmetic stands in `src/assembly/loss-trend.ts`, which works on one run at a time: each is put there when its
 * turn comes.
 */
export class LossTrend {
  /** While another one holds the assembly. */
  #kept: Uint8Array | null = null;

  /** Puts the state of this run into the assembly. */
  turnTo(): void {
    if (holder === this) return;
    if (holder !== null) {
      holder.#kept ??= new Uint8Array(state.length);
      holder.#kept.set(state);
    }
    state.set(this.#kept ?? BEGINNING);
    holder = this;
  }

  /** It is needed no more. */
  release(): void {
    if (holder === this) holder = null;
    this.#kept = null;
  }

  observe(record: LogRecord): void {
    this.turnTo();
    trend.observeLoss(record.number(FIELD.loss));
  }

  /** A step back, which may be a new attempt: where it goes on from is not known. */
  restart(): void {
    this.turnTo();
    trend.restartTrend();
  }

  /** A new attempt, proven: it may not come as far as the one before. */
  forgetBest(): void {
    this.turnTo();
    trend.forgetBest();
  }

  /** How many spreads the newest loss lay above what was expected, negative below, 0 when near; NaN when it has none, or nothing was expected yet. */
  get score(): number {
    this.turnTo();
    return trend.score();
  }

  /** The newest loss over what was expected of it; about 1 where its {@link score} is 0. */
  get ratio(): number {
    return Number.isNaN(this.score) ? Number.NaN : Math.exp(trend.surprise());
  }

  /** What was expected of the newest record's loss, whether it had one or not; NaN when nothing was yet. */
  get expected(): number {
    this.turnTo();
    return Math.exp(trend.expected());
  }

  /** Logarithm of the newest usable loss. */
  get log(): number {
    this.turnTo();
    return trend.logOfNewest();
  }

  /** Logarithm of the median of the newest usable losses. */
  get level(): number {
    this.turnTo();
    return trend.level();
  }

  /** Usable losses before the newest record in this attempt. */
  get count(): number {
    this.turnTo();
    return trend.countBefore();
  }

  /** Logarithm of the lowest {@link level} of this attempt; infinite before there is one. */
  get best(): number {
    this.turnTo();
    return trend.best();
  }

  /** Another loss than the first came near the best. */
  get isBestSure(): boolean {
    this.turnTo();
    return trend.isBestSure() !== 0;
  }

  /** Moving mean of the usable losses of this attempt. */
  get mean(): number {
    this.turnTo();
    return trend.mean();
  }

  /** The lowest {@link mean} since the beat before the newest record. */
  get leastMean(): number {
    this.turnTo();
    return trend.leastMean();
  }

  /** The newest record has a usable loss, and it is far above the best. */
  get isHigh(): boolean {
    this.turnTo();
    return trend.isHigh() !== 0;
  }

  /** The newest record has a usable loss, and it is one of those at which what changes slowly is looked at. */
  get isBeat(): boolean {
    this.turnTo();
    return trend.isBeat() !== 0;
  }

  /** Median of the changes, in the logarithm, from one loss to the next, without the newest; NaN when there are none. */
  get usualChange(): number {
    this.turnTo();
    return trend.usualChange();
  }

  /** Median of the first losses of the run; NaN before there is one. */
  get beginning(): number {
    this.turnTo();
    return trend.beginning();
  }

  /** Median of the newest losses that were finite and not 0, of earlier attempts too; NaN when there are none. */
  get newestMedian(): number {
    this.turnTo();
    return trend.newestMedian();
  }

  /** The lowest of them. */
  get newestLeast(): number {
    this.turnTo();
    return trend.newestLeast();
  }

  /** Of the losses just before the newest one. */
  get before(): Readonly<Record<'least' | 'median' | 'most', number>> {
    this.turnTo();
    const nth = (place: number) => Math.exp(trend.nthBefore(place));
    return { least: nth(0), median: nth(2), most: nth(4) };
  }

  /** Whether a change by `amount` matters beside where the run began. */
  matters(amount: number): boolean {
    return Math.abs(amount) >= MATTERS * this.beginning;
  }
}
