export interface LineFields {
  readonly loss?: number;
  /** Tells lines of one step apart. */
  readonly seed?: number;
  /** Added to the line to make it longer. */
  readonly padding?: number;
}

/** One line as the trainer writes it, newline included. */
export function line(step: number, { loss = 2 - step / 10_000, seed = 0, padding = 0 }: LineFields = {}): string {
  const seconds = String(step % 60).padStart(2, '0');
  const elapsed = `${Math.floor(step / 3600)}:${String(Math.floor(step / 60) % 60).padStart(2, '0')}:${seconds}`;
  const pad = padding === 0 ? '' : `, "note": "${'x'.repeat(padding)}"`;
  return (
    `{"current_steps": ${step}, "total_steps": 1000000, "loss": ${loss}, "lr": ${1e-5 + seed * 1e-9}, ` +
    `"epoch": ${step / 1000}, "percentage": ${step / 10_000}, "elapsed_time": "${elapsed}"${pad}}\n`
  );
}

/** Lines of the steps from `first` to `last`. */
export function lines(first: number, last: number, fields: LineFields = {}): string {
  let text = '';
  for (let step = first; step <= last; step++) text += line(step, fields);
  return text;
}
