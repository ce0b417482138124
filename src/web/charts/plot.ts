import uPlot from 'uplot';
import { formatCount } from '../format.ts';
import type { Chart, Line } from './charts.ts';
import { type Dress, dressOf, onDressChange } from './dress.ts';
import { drawMarks, drawSpans, drawStarts } from './marks.ts';
import type { Span } from './spans.ts';
import type { Cell, Table } from './table.ts';

const PLOT_HEIGHT = 176;

/** What a plot draws. */
export interface Picture {
  readonly table: Table;
  readonly spans: readonly Span[];
  /** Steps with which later attempts began. */
  readonly starts: readonly number[];
  /** First and last step of all charts of the run: they share their axis. */
  readonly extent: readonly [number, number];
}

/** One chart on the page, drawn by uPlot, as wide as its host. */
export class Plot {
  readonly #host: HTMLElement;
  readonly #plot: uPlot;
  readonly #size: ResizeObserver;
  readonly #endDress: () => void;
  #picture: Picture;
  #dress: Dress;

  /**
   * @param sync charts with the same key move their cursors together
   * @param onHover place among the steps of the table, null when the pointer has left
   */
  constructor(
    host: HTMLElement,
    chart: Chart,
    picture: Picture,
    sync: string,
    onHover: (place: number | null) => void,
  ) {
    this.#host = host;
    this.#picture = picture;
    this.#dress = dressOf(host);
    this.#plot = new uPlot(this.#options(chart, sync, onHover), dataOf(picture.table), host);
    this.#size = new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: PLOT_HEIGHT }));
    this.#size.observe(host);
    this.#endDress = onDressChange(() => {
      this.#dress = dressOf(host);
      this.#plot.redraw(true, true);
    });
  }

  /** Draws something newer. */
  show(picture: Picture): void {
    this.#picture = picture;
    this.#plot.setData(dataOf(picture.table));
  }

  destroy(): void {
    this.#size.disconnect();
    this.#endDress();
    this.#plot.destroy();
  }

  #options(chart: Chart, sync: string, onHover: (place: number | null) => void): uPlot.Options {
    const hasRight = chart.lines.some(({ axis }) => axis === 'right');
    return {
      width: this.#host.clientWidth,
      height: PLOT_HEIGHT,
      padding: [8, hasRight ? 0 : 22, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
        dataIdx: (_, __, place) => place,
        sync: { key: sync, scales: ['x', null], setSeries: false },
      },
      scales: {
        x: { time: false, range: () => spread(this.#picture.extent) },
        left: chart.scale === 'log' ? { distr: 3, log: 10, range: decades } : { range: ordinary(chart.scale) },
        ...(hasRight && { right: { range: ordinary('from-zero') } }),
      },
      axes: [
        this.#axis(chart, 'x', formatCount),
        this.#axis(chart, 'left'),
        ...(hasRight ? [this.#axis(chart, 'right')] : []),
      ],
      series: [{}, ...chart.lines.flatMap((_, index) => this.#series(chart, index))],
      hooks: {
        drawClear: [
          (plot) => {
            drawSpans(plot, this.#picture.spans, this.#dress);
            drawStarts(plot, this.#picture.starts, this.#dress);
          },
        ],
        draw: [(plot) => drawMarks(plot, this.#picture.table.marks, this.#dress)],
        setCursor: [({ cursor }) => onHover(cursor.idx ?? null)],
      },
    };
  }

  #axis({ lines, scale: kind }: Chart, scale: 'x' | Line['axis'], write?: (value: number) => string): uPlot.Axis {
    const tick = write ?? lines.find(({ axis }) => axis === scale)?.tick ?? String;
    const isLog = scale === 'left' && kind === 'log';
    return {
      scale,
      side: scale === 'x' ? 2 : scale === 'left' ? 3 : 1,
      stroke: () => this.#dress.text,
      grid: {
        show: scale !== 'right',
        stroke: () => this.#dress.grid,
        width: 1,
        ...(isLog && { filter: wholeDecades }),
      },
      ticks: { show: false },
      border: { show: scale === 'x', stroke: () => this.#dress.edge, width: 1 },
      font: '11px system-ui, sans-serif',
      size: scale === 'x' ? 26 : 50,
      gap: 6,
      space: scale === 'x' ? 60 : 30,
      ...(scale === 'x' && { incrs: WHOLE }),
      ...(isLog && { filter: wholeDecades }),
      values: (_, splits) => {
        const { columns } = this.#picture.table;
        const isEmpty = scale !== 'x' && !columns.some(({ line, values }) => line.axis === scale && hasAny(values));
        return splits.map((value) => (value === null || isEmpty ? '' : tick(value)));
      },
    };
  }

  /** What counts, and behind it what was taken up again. */
  #series(chart: Chart, index: number): uPlot.Series[] {
    const line = chart.lines[index];
    if (line === undefined) return [];
    const stroke = () => this.#dress.lines[index === 0 ? 0 : 1];
    const points: uPlot.Series.Points = line.dots
      ? { show: true, size: 5, stroke, fill: stroke }
      : { show: false, size: 3, stroke, fill: stroke, filter: alone };
    return [
      { scale: line.axis, stroke, width: 1.6, points },
      { scale: line.axis, stroke, width: 1, alpha: 0.4, dash: [4, 3], points: { show: false } },
    ];
  }
}

/** Steps are whole. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].flatMap((decade) => [decade, 2 * decade, 5 * decade]);

/** On a logarithmic axis, nulls for all that is not 0.1, 1, 10, ... */
function wholeDecades(_: uPlot, splits: readonly number[]): (number | null)[] {
  return splits.map((value) => (Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9 ? value : null));
}

function hasAny(values: readonly (number | undefined)[]): boolean {
  return values.some((value) => value !== undefined);
}

/** A curve of one point between gaps has no length: such points, by themselves. */
function alone(plot: uPlot, series: number): number[] {
  const cells = (plot.data[series] ?? []) as readonly Cell[];
  const present = [...cells.entries()].filter(([, cell]) => cell !== undefined);
  return present.flatMap(([place, cell], index) => {
    const isGap = (at: number): boolean => (present[at]?.[1] ?? null) === null;
    return cell !== null && isGap(index - 1) && isGap(index + 1) ? [place] : [];
  });
}

function dataOf({ steps, columns }: Table): uPlot.AlignedData {
  return [[...steps], ...columns.flatMap(({ now, before }) => [[...now], [...before]])];
}

/** A run of one step is not a line of no width. */
function spread([first, last]: readonly [number, number]): uPlot.Range.MinMax {
  return first === last ? [first - 1, last + 1] : [first, last];
}

function ordinary(scale: Chart['scale']): uPlot.Range.Function {
  return (_, low, high) => {
    if (low === null || high === null) return [0, 1];
    if (scale === 'from-zero') return [0, high > 0 ? high * 1.1 : 1];
    return uPlot.rangeNum(low, high, 0.1, true);
  };
}

/** Whole decades, at least one. */
function decades(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null || low <= 0) return [0.1, 10];
  const [from, to] = [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))];
  return from === to ? [from, to * 10] : [from, to];
}
