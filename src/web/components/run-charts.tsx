import type { VNode } from 'preact';
import { useId, useMemo } from 'preact/hooks';
import type { IncidentView, RunView } from '../../view/wire.ts';
import { CHARTS } from '../charts/charts.ts';
import { spansOf } from '../charts/spans.ts';
import { extentOf, startsOf, tableOf } from '../charts/table.ts';
import { usePast } from '../charts/use-past.ts';
import { useReader } from '../reader.ts';
import { ChartFigure } from './chart-figure.tsx';

interface RunChartsProps {
  readonly view: RunView;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

/** What a run has logged so far, drawn over its steps. */
export function RunCharts({ view, incidents }: RunChartsProps): VNode {
  const { words } = useReader();
  const sync = useId();
  const shown = usePast(view);
  const spans = useMemo(() => spansOf(incidents.values(), view.run), [incidents, view.run]);
  const drawn = useMemo(() => {
    const { history } = shown;
    const extent = history && extentOf(history);
    if (history === null || extent === null) return null;
    const starts = startsOf(history);
    const again = [...starts].flatMap(([attempt, step]) => (attempt === 1 ? [] : [step]));
    return CHARTS.map((chart) => ({ chart, table: tableOf(chart, history, starts), starts: again, extent }));
  }, [shown]);
  if (shown.history === null && shown.problem !== null) {
    return (
      <p class="charts is-waiting">
        {words.chartsFailed(shown.problem)}{' '}
        <button type="button" class="button" onClick={shown.retry}>
          {words.retryNow}
        </button>
      </p>
    );
  }
  if (shown.history === null) return <p class="charts is-waiting">{words.chartsLoading}</p>;
  return (
    <section class="charts">
      {!shown.history.kept && <p class="quiet">{words.notKept}</p>}
      {drawn === null && shown.history.kept && <p class="quiet">{words.nothingToDraw}</p>}
      {drawn !== null && (
        <div class="chart-grid">
          {drawn
            .filter(({ chart, table }) => !chart.optional || table.steps.length > 0)
            .map(({ chart, ...picture }) => (
              <ChartFigure key={chart.name} chart={chart} picture={{ ...picture, spans }} sync={sync} />
            ))}
        </div>
      )}
    </section>
  );
}
