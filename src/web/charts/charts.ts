import type { FieldName } from '../../model/field.ts';
import { formatAxis, formatLearningRate, formatLoss, formatNumber, formatPercent, formatRate } from '../format.ts';
import type { Words } from '../words.ts';

type LineName = keyof Words['lines'] & (FieldName | 'seconds_per_step');

/** One curve of a chart. */
export interface Line {
  /** Name of the series in the API; the metric is called the same, with `trainer_` before it. */
  readonly name: LineName;
  readonly axis: 'left' | 'right';
  /** Values are drawn in this unit, as a number of base units. */
  readonly unit: number;
  /** Writes a value that is in that unit. */
  readonly format: (value: number) => string;
  /** Writes a value beside the axis, if it is the first curve there. */
  readonly tick: (value: number) => string;
  /** Too seldom for a curve: each value has a dot. */
  readonly dots: boolean;
}

export interface Chart {
  readonly name: keyof Words['charts'];
  /** In the order of their colours. */
  readonly lines: readonly Line[];
  readonly scale: 'linear' | 'from-zero' | 'log';
  /** Not shown at all of a run that has no value for it: most runs have none. */
  readonly optional: boolean;
}

const GIB = 2 ** 30;

function line(name: LineName, format: Line['format'], how: Partial<Line> = {}): Line {
  return { name, axis: 'left', unit: 1, dots: false, tick: formatAxis, ...how, format };
}

function chart(name: Chart['name'], scale: Chart['scale'], lines: readonly Line[], optional = false): Chart {
  return { name, scale, lines, optional };
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
const gib = (value: number): string => `${short(value)} GiB`;
const percent = (ratio: number): string => `${short(ratio * 100)}%`;

/** The charts of a run: the panels of the Grafana dashboard Run that are drawn over time, in its order. A test compares them. */
export const CHARTS: readonly Chart[] = [
  chart('loss', 'linear', [line('loss', formatLoss), line('eval_loss', formatLoss, { dots: true })]),
  chart('grad_norm', 'log', [line('grad_norm', formatNumber)]),
  chart('learning_rate', 'linear', [line('learning_rate', formatLearningRate)]),
  chart('throughput', 'from-zero', [
    line('tokens_per_second', formatRate),
    line('seconds_per_step', short, { axis: 'right' }),
  ]),
  chart('vram', 'from-zero', [
    line('vram_allocated_bytes', gib, { unit: GIB }),
    line('vram_reserved_bytes', gib, { unit: GIB }),
  ]),
  chart(
    'reward',
    'linear',
    [line('reward', formatNumber), line('accuracy', formatPercent, { axis: 'right', tick: percent })],
    true,
  ),
];

/** Every series that is drawn. */
export const DRAWN: readonly LineName[] = CHARTS.flatMap(({ lines }) => lines.map(({ name }) => name));
