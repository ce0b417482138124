import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { SortedWindow } from '../statistics/sorted-window.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';

/**
 * Training by rewards has gone wrong, which its loss cannot tell: the rewards of a group are all equal, so that there is
 * nothing to learn from; the reward has lost half of what it had gained; the policy has run away from its reference; or
 * it says always the same.
 */
export const rewardCollapsed = detectorKind({
  alertname: 'TrainerRewardCollapsed',
  family: 'reward',
  heeds: ['reinforcement'],
  options: {
    zero_std: { default: 0.9, min: 0, max: 1, says: 'share of groups in which all rewards are equal' },
    lost: { default: 0.5, min: 0, max: 1, says: 'of what the reward had gained, that it has lost' },
    kl_ratio: { default: 10, min: 1, says: 'times the median distance from the reference model' },
    entropy: { default: 0.1, min: 0, max: 1, says: 'of the entropy at the beginning' },
    records: { default: 10, min: 1, isInteger: true, says: 'records in a row that show it' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new RewardCollapsed(options),
});

interface Options {
  readonly zero_std: number;
  readonly lost: number;
  readonly kl_ratio: number;
  readonly entropy: number;
  readonly records: number;
}

/** Signs of collapse, by the name of the number that speaks for each. */
const SIGNS = ['frac_reward_zero_std', 'reward', 'kl', 'entropy'] as const;
/** Where else the number may be found: TRL's PPO. */
const OTHER_NAME: Readonly<Record<string, string>> = { kl: 'objective/kl', entropy: 'objective/entropy' };
/** Records that are the beginning, before which nothing is compared. */
const BEGINNING = 20;
const WINDOW = 64;
/** Of the share that is bad, below which the groups still differed. */
const DIFFERED = 0.6;
/** Weight of the newest reward in the moving mean: that of 20 records. */
const WEIGHT = 2 / 21;
/** Usual distances of a reward from its mean, that a gain must be. */
const GAIN = 4;

class RewardCollapsed implements Detector {
  readonly #options: Options;
  readonly #reward = new MovingReward();
  readonly #kl = new SortedWindow(WINDOW);
  readonly #entropy = new SortedWindow(BEGINNING);
  /** Shares at the beginning: rewards that never differed have not collapsed. */
  readonly #zeroStd = new SortedWindow(BEGINNING);
  /** For each sign: records in a row that show it, the step of the first, and the newest number. */
  readonly #inRow = new Uint32Array(SIGNS.length);
  readonly #first = SIGNS.map(() => 0);
  readonly #value = SIGNS.map(() => 0);
  #step = 0;
  #isOpen = false;
  #span: Span | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, _run: RunFacts, { isReinforcement }: Signals): Verdict {
    if (!isReinforcement || !record.isTraining) return 'silent';
    this.#step = record.number(FIELD.step);
    const zeroStd = numberOf(record, 'frac_reward_zero_std');
    const kl = numberOf(record, 'kl');
    const entropy = numberOf(record, 'entropy');
    this.#reward.observe(record.number(FIELD.reward));
    this.#note(0, this.#isEqual(zeroStd), zeroStd);
    this.#note(1, this.#reward.hasLost(this.#options.lost), this.#reward.mean);
    this.#note(2, this.#isFar(kl, record), kl);
    this.#note(3, this.#isNarrow(entropy), entropy);
    let longest = 0;
    for (let sign = 1; sign < SIGNS.length; sign++) {
      if ((this.#inRow[sign] as number) > (this.#inRow[longest] as number)) longest = sign;
    }
    const records = this.#inRow[longest] as number;
    if (records < this.#options.records) {
      this.#isOpen = false;
      return 'good';
    }
    this.#span = this.#isOpen ? null : { first: this.#first[longest] as number, last: this.#step, records };
    this.#isOpen = true;
    return 'bad';
  }

  #note(sign: number, isBad: boolean, value: number): void {
    this.#value[sign] = value;
    const before = this.#inRow[sign] as number;
    if (isBad && before === 0) this.#first[sign] = this.#step;
    this.#inRow[sign] = isBad ? before + 1 : 0;
  }

  #isEqual(zeroStd: number): boolean {
    const { zero_std } = this.#options;
    if (this.#zeroStd.size === BEGINNING) return zeroStd >= zero_std && this.#zeroStd.median() < DIFFERED * zero_std;
    if (zeroStd >= 0) this.#zeroStd.push(zeroStd);
    return false;
  }

  #isFar(kl: number, record: LogRecord): boolean {
    const isKnown = this.#kl.size >= BEGINNING;
    if (Number.isNaN(kl)) return isKnown && record.other.has('kl');
    const isFar = isKnown && kl > this.#options.kl_ratio * this.#kl.median();
    this.#kl.push(kl);
    return isFar;
  }

  #isNarrow(entropy: number): boolean {
    if (this.#entropy.size === BEGINNING) return entropy < this.#options.entropy * this.#entropy.median();
    if (entropy > 0) this.#entropy.push(entropy);
    return false;
  }

  restart(): void {
    this.#reward.restart();
    this.#kl.clear();
    this.#entropy.clear();
    this.#zeroStd.clear();
    this.#inRow.fill(0);
    this.#isOpen = false;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return 'warning';
  }

  evidence(): readonly Evidence[] {
    const found = SIGNS.flatMap((field, sign): Evidence[] => {
      const isShown = (this.#inRow[sign] as number) >= this.#options.records;
      return isShown ? [{ step: this.#step, field, value: this.#value[sign] as number }] : [];
    });
    if (!found.some(({ field }) => field === 'reward')) return found;
    return [...found, { step: this.#step, field: 'best_reward', value: this.#reward.best }];
  }
}

/** The moving mean of the reward: where it began, the best, and how far single rewards usually lie from it. */
class MovingReward {
  mean = 0;
  best = Number.NEGATIVE_INFINITY;
  #start = 0;
  #distance = 0;
  #count = 0;

  observe(reward: number): void {
    if (!Number.isFinite(reward)) return;
    const weight = Math.max(WEIGHT, 1 / ++this.#count);
    this.#distance += weight * (Math.abs(reward - this.mean) - this.#distance);
    this.mean += weight * (reward - this.mean);
    if (this.#count < BEGINNING) return;
    if (this.#count === BEGINNING) this.#start = this.mean;
    if (this.mean > this.best) this.best = this.mean;
  }

  hasLost(share: number): boolean {
    const gain = this.best - this.#start;
    return gain > GAIN * this.#distance && this.mean < this.best - share * gain;
  }

  restart(): void {
    this.mean = 0;
    this.best = Number.NEGATIVE_INFINITY;
    this.#distance = 0;
    this.#count = 0;
  }
}

/** NaN where the record has no such number. */
function numberOf({ other }: LogRecord, name: string): number {
  if (other.size === 0) return Number.NaN;
  return other.get(name) ?? other.get(OTHER_NAME[name] ?? name) ?? Number.NaN;
}
