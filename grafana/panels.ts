import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** What every panel says about itself. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** Shown instead of "No data". */
  readonly empty: string;
}

/** `[from, colour]`, the first from minus infinity. */
export type Step = readonly [from: number | null, color: string];

/** Where no number is better or worse than another. */
export const NEUTRAL: readonly Step[] = [[null, 'blue']];

export function thresholds(...steps: readonly Step[]): ThresholdsConfigBuilder {
  const list = steps.map(([value, color]): Threshold => ({ value, color }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list);
}

export function range(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range();
}

export function instant(expr: string, legend = ''): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).instant();
}

/** One number, coloured by its thresholds, of the moment that the time range ends with. */
export function stat(text: PanelText, expr: string, steps: readonly Step[]): StatPanel {
  return new StatPanel()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .noValue(text.empty)
    .datasource(DATASOURCE)
    .withTarget(instant(expr, text.title).refId('A'))
    .thresholds(thresholds(...steps))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .height(4);
}

/** Lines over time. A gap stays a gap: it may be a NaN. */
export function timeseries(
  text: PanelText,
  queries: readonly DataqueryBuilder[],
  steps: readonly Step[],
): TimeseriesPanel {
  const panel = new TimeseriesPanel()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .noValue(text.empty)
    .datasource(DATASOURCE)
    .thresholds(thresholds(...steps))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Off))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .calcs(['lastNotNull', 'min', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .height(8);
  queries.forEach((query, index) => {
    panel.withTarget(query.refId(String.fromCharCode(65 + index)));
  });
  return panel;
}

/** Draws the series of that name as a red band from bottom to top wherever it is 1, on an axis of its own. */
export function asBand(panel: TimeseriesPanel, name: string): TimeseriesPanel {
  return panel.overrideByName(name, [
    { id: 'unit', value: 'none' },
    { id: 'min', value: 0 },
    { id: 'max', value: 1 },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
    { id: 'custom.axisPlacement', value: 'hidden' },
    { id: 'custom.scaleDistribution', value: { type: ScaleDistribution.Linear } },
    { id: 'custom.lineInterpolation', value: 'stepAfter' },
    { id: 'custom.lineWidth', value: 0 },
    { id: 'custom.fillOpacity', value: 30 },
    { id: 'custom.showPoints', value: VisibilityMode.Never },
  ]);
}
