import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Chart } from '../charts/charts.ts';
import { type Picture, Plot } from '../charts/plot.ts';
import { formatCount } from '../format.ts';
import { useReader } from '../reader.ts';

interface PlotBoxProps {
  readonly chart: Chart;
  readonly picture: Picture;
  readonly sync: string;
  readonly title: string;
  readonly onHover: (place: number | null) => void;
}

/** The drawing of a chart; its numbers are in the legend, for those who cannot see it too. */
export function PlotBox({ chart, picture, sync, title, onHover }: PlotBoxProps): VNode {
  const { words } = useReader();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  useLayoutEffect(() => {
    if (host.current === null) return;
    plot.current = new Plot(host.current, chart, picture, sync, onHover);
    return () => plot.current?.destroy();
  }, []);
  useEffect(() => plot.current?.show(picture), [picture.table, picture.spans]);
  const [first, last] = picture.extent;
  return (
    <div
      ref={host}
      class="plot"
      role="img"
      aria-label={words.chartText(title, formatCount(first), formatCount(last))}
    />
  );
}
