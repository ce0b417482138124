import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertName } from '../../../src/model/alert.ts';
import type { RunState } from '../../../src/model/run-state.ts';

/** What must be found in the `trainer_log.jsonl` of a run. */
export interface Label {
  readonly run: string;
  readonly healthy: boolean;
  readonly state: RunState;
  readonly attempts: number;
  readonly last_step: number;
  /** Lines of the log, all of which are records. */
  readonly records: number;
  readonly incidents: readonly LabelledIncident[];
}

export interface LabelledIncident {
  readonly alertname: AlertName;
  readonly first_step: number;
  readonly last_step: number;
  readonly occurrences: number;
}

type Row = Readonly<Record<string, number | null>>;

interface RecordedLabel {
  readonly run: string;
  readonly healthy: boolean;
  readonly attempts: number;
  readonly max_steps: number;
  readonly incidents: readonly {
    readonly kind: string;
    readonly field?: string;
    readonly first_step: number;
    readonly last_step: number;
    readonly occurrences: number;
  }[];
}

interface StackLabel {
  readonly run: string;
  readonly healthy: boolean;
  readonly stack: string;
  readonly expected: readonly { readonly kind: string; readonly first_step: number; readonly last_step: number }[];
}

const ALERT_OF: Readonly<Record<string, AlertName>> = {
  nonfinite_loss: 'TrainerLossNonFinite',
  zero_loss: 'TrainerLossZero',
  ended_early: 'TrainerFailed',
};

/** Labels of the runs in `folder` that have this log; none where there is no such folder. */
export function readLabels<T extends { readonly run: string }>(folder: string): T[] {
  const file = join(folder, 'labels.jsonl');
  if (!existsSync(file)) return [];
  const labels = linesOf(file).map((line) => JSON.parse(line) as T);
  return labels.filter(({ run }) => existsSync(logOf(folder, run)));
}

/** Labels of recorded runs. All of them ran to their end, and none has gradient norms in this log. */
export function recordedLabels(folder: string): Label[] {
  return readLabels<RecordedLabel>(folder).map(({ run, healthy, attempts, max_steps, incidents }) => {
    const found = incidents.flatMap(({ kind, field, first_step, last_step, occurrences }) => {
      const alertname = ALERT_OF[kind];
      return alertname === undefined ? [] : [{ alertname, field, first_step, last_step, occurrences }];
    });
    const records = linesOf(logOf(folder, run)).length;
    return {
      run,
      healthy,
      state: 'finished',
      attempts,
      last_step: max_steps,
      records,
      incidents: joinEvaluations(found),
    };
  });
}

/** An evaluation loss that is bad stays so until one is good; each bad one of these runs was followed by others. */
function joinEvaluations(
  found: readonly (LabelledIncident & { readonly field: string | undefined })[],
): LabelledIncident[] {
  const joined: LabelledIncident[] = [];
  const evaluations = found.filter(({ field }) => field === 'eval_loss');
  for (const { alertname, field, first_step, last_step, occurrences } of found) {
    if (field !== 'eval_loss') joined.push({ alertname, first_step, last_step, occurrences });
  }
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  if (first === undefined || last === undefined) return joined;
  return [...joined, { ...bare(first), last_step: last.last_step, occurrences: evaluations.length }];
}

function bare({ alertname, first_step, last_step, occurrences }: LabelledIncident): LabelledIncident {
  return { alertname, first_step, last_step, occurrences };
}

/** Labels of folders that LLaMA-Factory left: those name stretches, the log itself says how many records are in one. */
export function stackLabels(folder: string): Label[] {
  return readLabels<StackLabel>(folder).map(({ run, healthy, stack, expected }) => {
    const rows = readRows(logOf(folder, run));
    const kinds = expected.map(({ kind }) => kind);
    const bad = (kind: string) => expected.filter((one) => one.kind === kind);
    const count = (test: (row: Row) => boolean, from: number, to: number) =>
      rows.filter((row) => stepOf(row) >= from && stepOf(row) <= to && test(row)).length;
    const found = (alertname: AlertName, kind: string, test: (row: Row) => boolean): LabelledIncident[] => {
      const stretches = bad(kind);
      const [first, last] = [stretches[0]?.first_step, stretches.at(-1)?.last_step];
      if (first === undefined || last === undefined) return [];
      const occurrences = count(test, first, last);
      // a log without norms shows none
      return occurrences === 0 ? [] : [{ alertname, first_step: first, last_step: last, occurrences }];
    };
    // the v1 stack skips a step whose norm is NaN, and logs the NaN loss that came with it
    const normKind = stack.includes(' v1 ') ? 'nan_loss' : 'nan_grad_norm';
    return {
      run,
      healthy,
      state: kinds.includes('finished') ? 'finished' : 'running',
      attempts: 1 + kinds.filter((kind) => kind === 'resumed' || kind === 'restarted').length,
      last_step: expected.at(-1)?.last_step ?? Number.NaN,
      records: rows.length,
      incidents: [
        ...found('TrainerLossNonFinite', 'nan_loss', ({ loss }) => Number.isNaN(loss)),
        ...found('TrainerGradNonFinite', normKind, ({ grad_norm }) => Number.isNaN(grad_norm)),
        ...found('TrainerLossZero', 'zero_loss', ({ loss }) => loss === 0),
      ],
    };
  });
}

export function logOf(folder: string, run: string): string {
  return join(folder, run, 'trainer_log.jsonl');
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}

function stepOf(row: Row): number {
  return row.current_steps ?? row.step ?? Number.NaN;
}

/** Rows of a log, read without the project's own parser. */
function readRows(file: string): Row[] {
  const revive = (_: string, value: unknown) => (value === '<NaN>' ? Number.NaN : value);
  return linesOf(file).map((line) => JSON.parse(line.replaceAll(/: NaN\b/g, ': "<NaN>"'), revive) as Row);
}
