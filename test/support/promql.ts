import { parser } from '@prometheus-io/lezer-promql';
import { AGENT, type MetricSpec, PROCESS, TRAINING } from '../../src/metrics/names.ts';

/** Names under which a metric is stored: a histogram has three, everything else one. */
function storedNames({ name, type }: MetricSpec): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];
}

/** Every series name that the agent exports from src/metrics/names.ts. */
export const EXPORTED: ReadonlySet<string> = new Set(
  [...Object.values(TRAINING), ...Object.values(AGENT), ...Object.values(PROCESS)].flatMap(storedNames),
);

/** Series that Prometheus makes itself. */
export const MADE_BY_PROMETHEUS = ['up', 'ALERTS'] as const;

/** Puts a value for each of Grafana's variables, as Grafana would. */
export function withoutVariables(
  query: string,
  { run = 'qwen/sft', job = 'nanwatch', instance = '.+', window = '1m0s' } = {},
): string {
  return query
    .replaceAll('$__rate_interval', window)
    .replaceAll('$job', job)
    .replaceAll('$instance', instance)
    .replaceAll(/\$\{run:raw\}/g, () => run);
}

/** Series names in a query. Throws where it is not PromQL. */
export function metricsIn(query: string): string[] {
  const names: string[] = [];
  parser.parse(query).iterate({
    enter(node) {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`not PromQL at character ${node.from}, near "${text}": ${query}`);
      if (node.matchContext(['VectorSelector']) && node.name === 'Identifier') names.push(text);
    },
  });
  return names;
}
