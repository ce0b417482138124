import { stepOfEpoch } from './epochs.ts';

export type Kind = 'training' | 'evaluation' | 'closing';

/**
 * Tells the step of each record of a console, which does not hold it.
 *
 * Trainer clears its bar, prints the record and draws the bar again: so the bar after a record has its step, while the
 * one before lags, since it is drawn ten times a second at most. That fails where the records go through a buffer and the
 * bars do not (`python train.py > log 2>&1`): then several records stand together, long after their bars, and only their
 * order and their epochs tell.
 */
export class Steps {
  /** Steps that the run will have in all, null when nothing said so. */
  total: number | null = null;
  /** The last step that was told. */
  last: number | null = null;

  #bar: number | null = null;
  #barTotal: number | null = null;
  /** Records were told by their bars. */
  #isDrawn = false;
  /** Records come in bunches, long after their bars. */
  #isBuffered = false;
  /** What the steps at which the bar was drawn anew have in common: while a buffer holds the record, its bar shows. */
  #redrawn = 0;
  #lastRedrawn = 0;
  #redraws = 0;
  #isPpo = false;
  #stride = 1;
  /** Where counting began: the step that training was resumed from. */
  #base = 0;
  #order = 0;
  #examples: number | null = null;
  #batch: number | null = null;

  /** Training begins, perhaps once more. LLaMA-Factory's PPO draws its bar before it counts the step. */
  begin(isPpo: boolean): void {
    this.total = null;
    this.#bar = null;
    this.#barTotal = null;
    this.#isDrawn = false;
    this.#isBuffered = false;
    this.#redrawn = 0;
    this.#lastRedrawn = 0;
    this.#redraws = 0;
    this.#isPpo = isPpo;
    this.#stride = 1;
    this.#base = 0;
    this.#order = 0;
    this.#examples = null;
    this.#batch = null;
  }

  /** As {@link total}, else what the last bar said. */
  get likelyTotal(): number | null {
    return this.total ?? this.#barTotal;
  }

  /** Takes what Trainer says before it begins. */
  line(text: string): void {
    this.total = numberOf(/Total (?:optimization )?steps = ([\d,]+)/, text) ?? this.total;
    // that of an evaluation, which may come first, does not count
    this.#examples ??= numberOf(/Num examples = ([\d,]+)/, text);
    this.#batch ??= numberOf(/Total (?:train )?batch size[^=]*= ([\d,]+)/, text);
    const base = numberOf(/(?:Resuming|Continuing) training from .*global step ([\d,]+)/, text);
    if (base !== null) this.#base = base;
  }

  /** A bar stood where that of the training may stand, while no record waited for it. */
  see(count: number, total: number): void {
    if (this.total !== null && total !== this.total) return;
    this.#bar = count;
    this.#barTotal = total;
  }

  /** The bar was cleared and drawn anew, as for a record, but no record stood there. */
  redraw(count: number, total: number): void {
    if (count >= total || count === this.#lastRedrawn) return;
    this.#lastRedrawn = count;
    this.#redraws++;
    this.#redrawn = greatestCommonDivisor(this.#redrawn, count);
  }

  /** @returns whether a record waiting for its bar has to go on waiting after this one */
  isOther(kind: Kind, total: number): boolean {
    return this.#isBuffered || (kind !== 'training' && this.total !== null && this.total !== total);
  }

  /** Step of a record that its bar came after. */
  ofBar(kind: Kind, count: number, total: number): number {
    this.total = total;
    this.#bar = count;
    this.#barTotal = total;
    const step = count + (this.#isPpo && kind !== 'closing' ? 1 : 0);
    this.#isDrawn = true;
    if (kind === 'training') return this.#trained(step);
    return this.#told(kind === 'closing' ? Math.max(step, this.last ?? 0, this.#base) : step);
  }

  /**
   * Step of a record that no bar came after.
   *
   * @param isFollowed another record of the training came instead
   */
  ofOrder(kind: Kind, epoch: number | undefined, isFollowed: boolean): number {
    if (isFollowed && !this.#isDrawn && this.#bar !== null) this.#isBuffered = true;
    this.total ??= this.#barTotal;
    const reached = this.#isBuffered && kind !== 'closing' ? 0 : (this.#bar ?? 0);
    if (kind === 'closing') return this.#told(Math.max(this.last ?? 0, reached, this.#base));
    if (kind === 'evaluation') {
      const last = Math.max(this.last ?? 0, reached, this.#base);
      const step = this.#ofEpoch(epoch);
      return this.#told(step === null || this.#isDrawn ? last : Math.max(step, last));
    }
    if (this.#isDrawn) return this.#trained(Math.max(reached, (this.last ?? 0) + this.#stride));
    this.#order++;
    return this.#trained(this.#ofEpoch(epoch) ?? this.#ofPlace());
  }

  /** A record that could not be read: it had its place in the order. */
  skip(): void {
    this.#order++;
  }

  /** Step of a record of which only its place in the order is known. One can be told from two bars that were redrawn. */
  #ofPlace(): number {
    let every = this.#isBuffered && this.#redraws > 1 ? this.#redrawn : 1;
    // no record is ahead of its bar: some of those that were redrawn are not in the log
    while (every > 1 && this.#order * every > (this.#bar ?? 0)) every = largestDivisorBelow(every);
    return this.#base + this.#order * every;
  }

  #ofEpoch(epoch: number | undefined): number | null {
    if (epoch === undefined || !(epoch > 0) || this.#examples === null || this.#batch === null) return null;
    const step = stepOfEpoch(epoch, this.#examples / this.#batch, this.#stride);
    return this.total === null ? step : Math.min(step, this.total);
  }

  #trained(step: number): number {
    const before = this.last ?? this.#base;
    if (step > before) this.#stride = step - before;
    return this.#told(step);
  }

  #told(step: number): number {
    this.last = step;
    return step;
  }
}

function numberOf(pattern: RegExp, text: string): number | null {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? null : Number(digits.replaceAll(',', ''));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The largest divisor of `value` other than itself. */
function largestDivisorBelow(value: number): number {
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return value / factor;
  return 1;
}
