import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { SEVERITIES } from '../../model/alert.ts';
import type { Chart } from '../charts/charts.ts';
import type { Picture } from '../charts/plot.ts';
import { formatCount } from '../format.ts';
import { useReader } from '../reader.ts';
import { ChartLegend } from './chart-legend.tsx';
import { PlotBox } from './plot-box.tsx';

interface ChartFigureProps {
  readonly chart: Chart;
  readonly picture: Picture;
  /** Charts with the same key move their cursors together. */
  readonly sync: string;
}

/** One chart with its name and its numbers: those under the pointer, else the newest. */
export function ChartFigure({ chart, picture, sync }: ChartFigureProps): VNode {
  const { words } = useReader();
  const [hovered, setHovered] = useState<number | null>(null);
  const { steps } = picture.table;
  const last = steps.length - 1;
  const place = Math.min(hovered ?? last, last);
  const step = steps[place];
  const incident = hovered === null || step === undefined ? undefined : spanAt(picture, step);
  const title = words.charts[chart.name];
  return (
    <figure class={`chart chart-${chart.name}`}>
      <figcaption>
        <h4>{title}</h4>
        {step !== undefined && <span class="chart-step">{words.steps(formatCount(step))}</span>}
        {incident !== undefined && <span class={`chart-incident is-${incident.severity}`}>{incident.alertname}</span>}
        <ChartLegend table={picture.table} place={place} />
      </figcaption>
      {step === undefined ? (
        <p class="no-values">{words.noValues[chart.name]}</p>
      ) : (
        <PlotBox chart={chart} picture={picture} sync={sync} title={title} onHover={setHovered} />
      )}
    </figure>
  );
}

/** The worst incident that holds this step. */
function spanAt({ spans }: Picture, step: number): Picture['spans'][number] | undefined {
  return spans
    .filter(({ first, last }) => first <= step && step <= last)
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))[0];
}
