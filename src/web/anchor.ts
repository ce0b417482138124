/** The id of a run's row; whatever the name holds, a fragment finds it. */
export function runAnchor(run: string): string {
  return `run-${encodeURIComponent(run)}`;
}
