import type { Dashboard, Panel, VariableModel } from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TimelineOptions } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TimeseriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** What a type looks like once it is JSON: an enum is its text. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Element)[]
      ? Json<Element>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T;

/** The schema leaves queries to each data source, and has none for Prometheus. */
interface Query {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly range?: boolean;
  readonly instant?: boolean;
  readonly format?: 'table' | 'time_series' | 'heatmap';
  readonly interval?: string;
}

interface PanelOptions {
  readonly stat: StatOptions;
  readonly timeseries: TimeseriesOptions;
  readonly 'state-timeline': TimelineOptions;
  /** Older ones have a footer, which the foundation SDK still writes. */
  readonly table: TableOptions & { footer?: { show: false; countRows: false; reducer: [] } };
}

type PanelOf<Type extends keyof PanelOptions> = Omit<Panel, 'type' | 'options' | 'targets'> & {
  type: Type;
  options?: PanelOptions[Type];
  targets: Query[];
};

/** The foundation SDK writes `auto...` beside every variable, though only intervals have it; the schema lacks the rest. */
type Variable = VariableModel & { auto?: false; auto_min?: string; auto_count?: number; definition?: string };

/** Grafana's own types, with what our dashboards use made exact: a field that Grafana does not know is an error. */
export type CheckedDashboard = Json<
  Omit<Dashboard, 'panels' | 'templating' | 'annotations'> & {
    panels: { [Type in keyof PanelOptions]: PanelOf<Type> }[keyof PanelOptions][];
    templating: { list: Variable[] };
    annotations: {
      list: (Omit<NonNullable<NonNullable<Dashboard['annotations']>['list']>[number], 'target'> & {
        target: Query;
        step?: string;
        titleFormat?: string;
        textFormat?: string;
        tagKeys?: string;
      })[];
    };
  }
>;
