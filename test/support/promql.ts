import { parser } from '@prometheus-io/lezer-promql';
import { AGENT, type MetricSpec, TRAINING } from '../../src/metrics/names.ts';

/** Names under which a metric is stored: a histogram has three, everything else one. */
function storedNames({ name, type }: MetricSpec): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];
}

/** Every series name that the agent exports from src/metrics/names.ts. */
export const EXPORTED: ReadonlySet<string> = new Set(
  [...Object.values(TRAINING), ...Object.values(AGENT)].flatMap(storedNames),
);

/** Puts a value for each of Grafana's variables, as Grafana would. */
export function withoutVariables(query: string): string {
  return query.replaceAll('$__rate_interval', '1m0s').replaceAll('$job', 'nanwatch').replaceAll('$run', 'qwen/sft');
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
