import type { Metric, Registry } from 'prom-client';
import type { MetricSpec } from './names.ts';

/** One sample of a view. `shared` is the same object at every scrape, so that prom-client renders it once. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly sharedLabels?: Readonly<Record<string, string>>;
}

/**
 * Registers a metric whose samples are read from the state of the house at scrape time. There is no second book to keep:
 * prom-client asks a metric for its samples and writes the text.
 */
export function registerView(registry: Registry, spec: MetricSpec, samples: () => readonly Sample[]): void {
  const view = {
    name: spec.name,
    get: async () => ({ name: spec.name, help: spec.help, type: spec.type, aggregator: 'sum', values: samples() }),
  };
  registry.registerMetric(view as unknown as Metric<string>);
}
