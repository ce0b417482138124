import type { Chart, Line } from './charts.ts';
import type { History, Stretch } from './history.ts';

/** A number, null for one that cannot be drawn, undefined where a curve has no value at that step. */
export type Cell = number | null | undefined;

/** One curve, laid out over the steps of its chart. */
export interface Column {
  readonly line: Line;
  /** What counts. */
  readonly now: readonly Cell[];
  /** What an attempt said that was taken up again before it. */
  readonly before: readonly Cell[];
  /** All that counts, also what cannot be drawn. */
  readonly values: readonly (number | undefined)[];
}

/** A value that cannot be drawn as a point. */
export interface Mark {
  readonly step: number;
  /** `zero`: not above 0, on a logarithmic axis. */
  readonly kind: 'not-finite' | 'zero';
}

/** A chart as numbers. */
export interface Table {
  /** Rising, each once. */
  readonly steps: readonly number[];
  readonly columns: readonly Column[];
  readonly marks: readonly Mark[];
}

/** Steps from which on another attempt counts, by attempt. */
export type Starts = ReadonlyMap<number, number>;

/** The first step of each attempt, in whatever series it is. */
export function startsOf({ stretches }: History): Starts {
  const starts = new Map<number, number>();
  for (const { attempt, steps } of [...stretches.values()].flat()) {
    const first = steps[0];
    if (first !== undefined) starts.set(attempt, Math.min(first, starts.get(attempt) ?? first));
  }
  return starts;
}

/** First and last step of all that is drawn; null when nothing is. */
export function extentOf({ stretches }: History): readonly [number, number] | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { steps } of [...stretches.values()].flat()) {
    first = Math.min(first, steps[0] ?? first);
    last = Math.max(last, steps.at(-1) ?? last);
  }
  return first <= last ? [first, last] : null;
}

/** Lays out what a chart shows of a history. */
export function tableOf(chart: Chart, history: History, starts: Starts): Table {
  const curves = chart.lines.map((line) => curvesOf(history.stretches.get(line.name) ?? [], starts));
  const steps = [...new Set(curves.flatMap(({ now, before }) => [...now.keys(), ...before.keys()]))].sort(
    (a, b) => a - b,
  );
  const marks: Mark[] = [];
  const cell = (value: number | undefined, step: number, unit: number): Cell => {
    if (value === undefined) return undefined;
    const kind = !Number.isFinite(value) ? 'not-finite' : chart.scale === 'log' && value <= 0 ? 'zero' : null;
    if (kind === null) return value / unit;
    marks.push({ step, kind });
    return null;
  };
  const columns = chart.lines.map((line, index): Column => {
    const { now, before } = curves[index] as Curves;
    return {
      line,
      now: steps.map((step) => cell(now.get(step), step, line.unit)),
      before: steps.map((step) => cell(before.get(step), step, line.unit)),
      values: steps.map((step) => scaled(now.get(step), line.unit)),
    };
  });
  return { steps, columns, marks };
}

/** The newest value of a column at or before a place, also one that cannot be drawn. */
export function valueAt({ values }: Column, place: number): number | undefined {
  for (let at = Math.min(place, values.length - 1); at >= 0; at--) if (values[at] !== undefined) return values[at];
  return undefined;
}

interface Curves {
  readonly now: ReadonlyMap<number, number>;
  readonly before: ReadonlyMap<number, number>;
}

/** Values by step. From the step that an attempt began with it is what counts; of those before it the newest is shown. */
function curvesOf(stretches: readonly Stretch[], starts: Starts): Curves {
  const now = new Map<number, number>();
  const before = new Map<number, number>();
  let hiddenFrom = Number.POSITIVE_INFINITY;
  let hiddenTo = Number.NEGATIVE_INFINITY;
  for (const { attempt, steps, values } of stretches.toReversed()) {
    const over = Math.min(...[...starts].filter(([later]) => later > attempt).map(([, start]) => start));
    for (const [index, step] of steps.entries()) {
      const value = values[index] as number;
      if (step < over) now.set(step, value);
      else if (step < hiddenFrom || step > hiddenTo) before.set(step, value);
    }
    if (over < Number.POSITIVE_INFINITY) {
      hiddenFrom = Math.min(hiddenFrom, over, steps[0] ?? over);
      hiddenTo = Math.max(hiddenTo, steps.at(-1) ?? hiddenTo);
    }
  }
  return { now, before };
}

function scaled(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value / unit;
}
