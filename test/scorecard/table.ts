/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How many of a hundred. */
export function perHundred(count: number, of: number): string {
  return of === 0 ? '' : String(Math.round((1000 * count) / of) / 10);
}
