/** One line of the benchmark's table. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly target?: string;
}

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(({ what, value, target = '' }) => `| ${what} | ${value} | ${target} |`);
  return ['| what | measured | wanted |', '|---|---|---|', ...lines].join('\n');
}

/** The `q`-quantile of `values`, by nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
