import { ALERTS } from '../model/alert.ts';
import type { FieldName } from '../model/field.ts';
import { RUN_STATES } from '../model/run-state.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import { runInfo } from '../runs/context.ts';
import { WATCHED_FIELDS } from '../runs/tally.ts';
import { type Emit, type Exposition, labelText } from './exposition.ts';
import { TRAINING } from './names.ts';

type Metric = keyof typeof TRAINING;

/** Gauges that are the last value of a field. */
const LATEST: readonly (readonly [Metric, FieldName])[] = [
  ['loss', 'loss'],
  ['evalLoss', 'eval_loss'],
  ['gradNorm', 'grad_norm'],
  ['learningRate', 'learning_rate'],
  ['epoch', 'epoch'],
  ['elapsed', 'elapsed_seconds'],
  ['tokensSeen', 'tokens_seen'],
  ['tokensPerSecond', 'tokens_per_second'],
  ['vramAllocated', 'vram_allocated_bytes'],
  ['vramReserved', 'vram_reserved_bytes'],
  ['reward', 'reward'],
  ['accuracy', 'accuracy'],
];

/** One sample a run, or none where the run has no such number. */
const SINGLE: Readonly<Partial<Record<Metric, (watched: WatchedRun) => number | null>>> = {
  step: ({ run }) => run.lastStep,
  maxSteps: ({ run }) => run.maxSteps,
  progress: ({ run }) => run.progress,
  remaining: ({ run }) => run.remainingSeconds,
  secondsPerStep: ({ run }) => run.pace.secondsPerStep,
  lastRecord: ({ run }) => (run.lastRecordMs === null ? null : run.lastRecordMs / 1000),
  lastGoodStep: ({ book }) =>
    book.open.reduce<number | null>((lowest, { lastGoodStep }) => least(lowest, lastGoodStep), null),
  records: ({ run }) => run.tally.records,
  zeroLoss: ({ run }) => run.tally.zeroLoss,
  skippedSteps: ({ run, book }) => Math.max(run.skippedSteps, book.skippedSteps),
  restarts: ({ run }) => run.attempts - 1,
};

/** Labels that are the same for every run. */
const FINITE = WATCHED_FIELDS.map((field) => [field, labelText({ field })] as const);
const NONFINITE = WATCHED_FIELDS.map(
  (field) => [field, labelText({ field, kind: 'nan' }), labelText({ field, kind: 'inf' })] as const,
);
const STATES = RUN_STATES.map((state) => [state, labelText({ state })] as const);
const ALERTNAMES = ALERTS.map((alertname) => [alertname, labelText({ alertname })] as const);

/** Several samples a run, with labels beside the run's. */
const SEVERAL: Readonly<Partial<Record<Metric, (watched: WatchedRun, nowMs: number, emit: Emit) => void>>> = {
  other: ({ run }, _, emit) => {
    for (const [name, value] of run.other) emit(labelText({ name }), value);
  },
  finite: ({ run }, _, emit) => {
    for (const [field, labels] of FINITE) {
      const value = run.latest(field);
      if (value !== undefined) emit(labels, Number.isFinite(value) ? 1 : 0);
    }
  },
  state: ({ run }, nowMs, emit) => {
    const state = run.state(nowMs);
    for (const [one, labels] of STATES) emit(labels, one === state ? 1 : 0);
  },
  firing: ({ book }, _, emit) => {
    for (const { alertname, severity } of book.open) emit(labelText({ alertname, severity }), 1);
  },
  info: ({ sources, context }, _, emit) => {
    if (sources.length > 0) emit(labelText({ ...runInfo(context), source: sourceNames(sources).join(',') }), 1);
  },
  nonfinite: ({ run }, _, emit) => {
    for (const [field, nan, inf] of NONFINITE) {
      emit(nan, run.tally.nonfinite[field].nan);
      emit(inf, run.tally.nonfinite[field].inf);
    }
  },
  // from 0, since a rate misses what a counter was born with
  incidents: ({ book }, _, emit) => {
    for (const [alertname, labels] of ALERTNAMES) emit(labels, book.opened.get(alertname) ?? 0);
  },
};

/** Writes the metrics of the runs that `pipeline` watches. */
export function writeTraining(to: Exposition, pipeline: Pipeline, nowMs: number): void {
  const runs = shown(pipeline).map((watched) => ({ watched, labels: labelText({ run: watched.id }) }));
  const single = (metric: Metric, numberOf: (watched: WatchedRun) => number | null | undefined) =>
    to.metric(TRAINING[metric], (emit) => {
      for (const { watched, labels } of runs) {
        const value = numberOf(watched);
        if (value !== null && value !== undefined) emit(labels, value);
      }
    });
  for (const [metric, field] of LATEST) single(metric, ({ run }) => run.latest(field));
  for (const [metric, numberOf] of entries(SINGLE)) single(metric, numberOf);
  for (const [metric, samples] of entries(SEVERAL)) {
    to.metric(TRAINING[metric], (emit) => {
      for (const { watched, labels } of runs) {
        samples(watched, nowMs, (own, value) => emit(`${own},${labels}`, value));
      }
    });
  }
}

/**
 * Runs are shown from when their logs have been read once: a counter that is seen on its way up to where it was before
 * a restart would count the past as new.
 */
function shown(pipeline: Pipeline): WatchedRun[] {
  return [...pipeline.runs.values()].filter(({ live }) => live);
}

function entries<Value>(table: Partial<Record<Metric, Value>>): [Metric, Value][] {
  return Object.entries(table) as [Metric, Value][];
}

function sourceNames(sources: WatchedRun['sources']): string[] {
  return [...new Set(sources.map(({ format }) => format.name))];
}

function least(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b < a) ? b : a;
}
