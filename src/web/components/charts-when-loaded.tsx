import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { IncidentView, RunView } from '../../view/wire.ts';
import { useReader } from '../reader.ts';
import type { RunCharts } from './run-charts.tsx';

interface ChartsWhenLoadedProps {
  readonly view: RunView;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

type Loaded = { readonly Charts: typeof RunCharts } | { readonly problem: string } | null;

/** The charts of a run; what draws them is loaded when the first run is opened. */
export function ChartsWhenLoaded({ view, incidents }: ChartsWhenLoadedProps): VNode {
  const { words } = useReader();
  const [loaded, setLoaded] = useState<Loaded>(null);
  useEffect(() => {
    import('./run-charts.tsx').then(
      ({ RunCharts }) => setLoaded({ Charts: RunCharts }),
      ({ message }: Error) => setLoaded({ problem: message }),
    );
  }, []);
  if (loaded === null) return <p class="charts is-waiting">{words.chartsLoading}</p>;
  if ('problem' in loaded) {
    return (
      <p class="charts is-waiting">
        {words.chartsFailed(loaded.problem)}{' '}
        <button type="button" class="button" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </p>
    );
  }
  return <loaded.Charts view={view} incidents={incidents} />;
}
