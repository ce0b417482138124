import type { Point } from './replay.ts';

/** A rule that others use: the steps that it flags of a run's training records. */
export type Baseline = (points: readonly Point[]) => number[];

/** Rules that are published, with the values that their projects set, over logged records where they count steps. */
export const BASELINES: Readonly<Record<string, Baseline>> = {
  'NaN or zero': nanOrZero,
  'OLMo-core, 6σ of 128': stabilityMonitor,
  'llm-foundry KillLossSpike': killLossSpike,
  'log-Hampel, 64 records': logHampel,
  'ZClip, z 2.5': zclip,
};

/** The rule that anyone would write first: the loss is NaN, infinite or 0, or the gradient norm is NaN or infinite. */
function nanOrZero(points: readonly Point[]): number[] {
  return flagged(points, ({ loss, gradNorm }) => loss === 0 || !isFiniteIfThere(loss) || !isFiniteIfThere(gradNorm));
}

/**
 * OLMo-core, `train/callbacks/stability_monitor.py`: the loss or the norm is more than 6 standard deviations above the
 * mean of the last 128 values, once there are so many. A NaN among these silences it, there as here.
 */
function stabilityMonitor(points: readonly Point[]): number[] {
  const isSpike = (history: number[], value: number | undefined) => {
    if (value === undefined) return false;
    const deviation = Math.sqrt(variance(history));
    const spikes = history.length === 128 && deviation >= 1e-10 && value > mean(history) + 6 * deviation;
    push(history, value, 128);
    return spikes;
  };
  const [losses, norms]: [number[], number[]] = [[], []];
  return flagged(points, ({ loss, gradNorm }) => {
    const [ofLoss, ofNorm] = [isSpike(losses, loss), isSpike(norms, gradNorm)];
    return ofLoss || ofNorm;
  });
}

/**
 * llm-foundry, `callbacks/kill_loss_spike_callback.py`: the fifth loss in a row of at least twice the mean of the last
 * 100, or half of these above 10 after the first 200.
 */
function killLossSpike(points: readonly Point[]): number[] {
  const losses: number[] = [];
  let [seen, outliers] = [0, 0];
  return flagged(points, ({ loss }) => {
    if (loss === undefined) return false;
    const isFull = losses.length === 100;
    if (isFull) outliers = loss >= 2 * mean(losses) ? outliers + 1 : 0;
    const isHigh = isFull && seen >= 200 && losses.filter((one) => one > 10).length >= 50;
    push(losses, loss, 100);
    seen++;
    return outliers > 4 || isHigh;
  });
}

/**
 * The filter of Hampel on the logarithm of the loss: more than 6 scaled median deviations above the median of the last 64
 * records, and at least 1.5 times as much; the first 20 are quiet.
 */
function logHampel(points: readonly Point[]): number[] {
  const logs: number[] = [];
  return flagged(points, ({ loss }) => {
    if (loss === undefined || !Number.isFinite(loss) || loss <= 0) return false;
    const centre = median(logs);
    const excess = Math.log(loss) - centre;
    const deviation = 1.4826 * median(logs.map((one) => Math.abs(one - centre)));
    const spikes = logs.length >= 20 && excess > 6 * deviation && excess >= Math.log(1.5);
    push(logs, Math.log(loss), 64);
    return spikes;
  });
}

/**
 * ZClip, `zclip.py`: the norm is more than 2.5 standard deviations above its moving mean (alpha 0.97, begun with the first
 * 25); these go on with the norm as it was clipped. It is made to clip, not to alarm.
 */
function zclip(points: readonly Point[]): number[] {
  const first: number[] = [];
  let [average, spread] = [Number.NaN, Number.NaN];
  return flagged(points, ({ gradNorm }) => {
    if (gradNorm === undefined) return false;
    if (first.length < 25) {
      first.push(gradNorm);
      [average, spread] = [mean(first), variance(first)];
      return false;
    }
    const deviation = Math.sqrt(spread);
    const z = (gradNorm - average) / (deviation + 1e-6);
    const clips = z > 2.5;
    const norm = clips ? average + (2.5 * deviation) / (z / 2.5) : gradNorm;
    average = 0.97 * average + 0.03 * norm;
    spread = 0.97 * spread + 0.03 * (norm - average) ** 2;
    return clips;
  });
}

function flagged(points: readonly Point[], isFlagged: (point: Point) => boolean): number[] {
  return points.filter(isFlagged).map(({ step }) => step);
}

function isFiniteIfThere(value: number | undefined): boolean {
  return value === undefined || Number.isFinite(value);
}

function push(window: number[], value: number, size: number): void {
  window.push(value);
  if (window.length > size) window.shift();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

/** NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
