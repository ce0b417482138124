/** Something that befell a run and is no record: what its console said between two of them. */
export interface RunEvent {
  readonly kind: RunEventKind;
  /** Last step that the source had given before, null when it had given none. */
  readonly step: number | null;
  /** What was said, at most {@link MAX_EVENT_TEXT} characters; null when there is no more to it than its kind. */
  readonly text: string | null;
}

/**
 * - `finished`: training ended as planned, or was stopped with a clean end
 * - `traceback`: a Python exception ended the process; the text is its last line (`ValueError: ...`)
 * - `out-of-memory`: CUDA ran out of memory
 * - `loss-scale-minimum`: DeepSpeed gives up: the loss scale is at its minimum
 * - `step-skipped`: an optimizer step did not happen (DeepSpeed's OVERFLOW, a non-finite norm)
 */
export type RunEventKind = 'finished' | 'traceback' | 'out-of-memory' | 'loss-scale-minimum' | 'step-skipped';

export const MAX_EVENT_TEXT = 300;
