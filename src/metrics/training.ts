import type { Registry } from 'prom-client';
import { ALERTS } from '../model/alert.ts';
import type { FieldName } from '../model/field.ts';
import { RUN_STATES } from '../model/run-state.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import { runInfo } from '../runs/context.ts';
import { WATCHED_FIELDS } from '../runs/tally.ts';
import { TRAINING } from './names.ts';
import { registerView, type Sample } from './view.ts';

type Labels = Readonly<Record<string, string>>;

/** Gauges that are the last value of a field. */
const LATEST: readonly (readonly [keyof typeof TRAINING, FieldName])[] = [
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
const SINGLE: Readonly<Partial<Record<keyof typeof TRAINING, (watched: WatchedRun) => number | null>>> = {
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
  skippedSteps: ({ run }) => run.skippedSteps,
  restarts: ({ run }) => run.attempts - 1,
};

/** Several samples a run. */
function several(
  now: () => number,
): Partial<Record<keyof typeof TRAINING, (watched: WatchedRun) => [Labels, number][]>> {
  return {
    other: ({ run }) => [...run.other].map(([name, value]) => [{ name }, value]),
    finite: ({ run }) =>
      WATCHED_FIELDS.flatMap((field): [Labels, number][] => {
        const value = run.latest(field);
        return value === undefined ? [] : [[{ field }, Number.isFinite(value) ? 1 : 0]];
      }),
    state: ({ run }) => {
      const state = run.state(now());
      return RUN_STATES.map((one) => [{ state: one }, one === state ? 1 : 0]);
    },
    firing: ({ book }) => book.open.map(({ alertname, severity }) => [{ alertname, severity }, 1]),
    info: ({ sources, context }) =>
      sources.length === 0 ? [] : [[{ ...runInfo(context), source: sourceNames(sources).join(',') }, 1]],
    nonfinite: ({ run }) =>
      WATCHED_FIELDS.flatMap((field): [Labels, number][] => [
        [{ field, kind: 'nan' }, run.tally.nonfinite[field].nan],
        [{ field, kind: 'inf' }, run.tally.nonfinite[field].inf],
      ]),
    // from 0, since a rate misses what a counter was born with
    incidents: ({ book }) => ALERTS.map((alertname) => [{ alertname }, book.opened.get(alertname) ?? 0]),
  };
}

/** Registers the metrics of the runs that `pipeline` watches. */
export function registerTraining(registry: Registry, pipeline: Pipeline, now: () => number): void {
  for (const [metric, field] of LATEST) {
    registerView(registry, TRAINING[metric], () => single(pipeline, ({ run }) => run.latest(field) ?? null));
  }
  for (const [metric, value] of entries(SINGLE)) {
    registerView(registry, TRAINING[metric], () => single(pipeline, value));
  }
  for (const [metric, values] of entries(several(now))) {
    registerView(registry, TRAINING[metric], () => {
      const samples: Sample[] = [];
      for (const watched of shown(pipeline)) {
        for (const [labels, value] of values(watched)) samples.push({ value, labels, sharedLabels: watched.labels });
      }
      return samples;
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

function single(pipeline: Pipeline, value: (watched: WatchedRun) => number | null): Sample[] {
  const samples: Sample[] = [];
  for (const watched of shown(pipeline)) {
    const found = value(watched);
    if (found !== null) samples.push({ value: found, sharedLabels: watched.labels });
  }
  return samples;
}

function entries<Value>(table: Partial<Record<keyof typeof TRAINING, Value>>): [keyof typeof TRAINING, Value][] {
  return Object.entries(table) as [keyof typeof TRAINING, Value][];
}

function sourceNames(sources: WatchedRun['sources']): string[] {
  return [...new Set(sources.map(({ format }) => format.name))];
}

function least(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b < a) ? b : a;
}
