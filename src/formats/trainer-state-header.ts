import type { RunContext } from '../model/context.ts';
import { loggedNumber } from './framing/json-line.ts';

type Values = Readonly<Record<string, unknown>>;

/** Python's `sys.maxsize`, as a double. */
const NO_END_OF_EPOCHS = 2 ** 63;

/**
 * What the head of a `trainer_state.json` states about the run. It holds the defaults of 500 where saving is by epoch or
 * logging was never set up, so intervals of saving and logging count only where the state bears them out. The number of
 * epochs is left out: under PPO it reads 9223372036854775807.
 */
export function contextFromState(state: Values, history: readonly unknown[]): RunContext {
  const logging = positive(state.logging_steps);
  const save = positive(state.save_steps);
  const max = positive(state.max_steps);
  return {
    ...(logging !== undefined && isLoggedEvery(logging, history) && { logging_steps: logging }),
    ...(save !== undefined && isMultiple(state.global_step, save) && { save_steps: save }),
    ...(max !== undefined && { max_steps: max }),
  };
}

/**
 * LLaMA-Factory's PPO writes an entry before it counts the step, so its history is one behind its `trainer_log.jsonl`.
 * It alone has both: no end of epochs, and a loss at step 0, where Hugging Face's own loop has made no step yet.
 */
export function countsFromZero(state: Values, history: readonly unknown[]): boolean {
  if (state.num_train_epochs !== NO_END_OF_EPOCHS) return false;
  return trainingStep(history.find((entry) => trainingStep(entry) !== undefined)) === 0;
}

/** The first entry may be one of `logging_first_step`. */
function isLoggedEvery(steps: number, history: readonly unknown[]): boolean {
  let count = 0;
  let isFirst = false;
  for (const entry of history) {
    const step = trainingStep(entry);
    if (step === undefined) continue;
    const isCounted = isMultiple(step, steps);
    if (++count === 1) isFirst = isCounted;
    else if (!isCounted) return false;
  }
  return count > 1 || isFirst;
}

/** The step of an entry of training, undefined for another one. */
function trainingStep(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'loss' in entry && 'step' in entry ? entry.step : undefined;
}

function isMultiple(value: unknown, of: number): boolean {
  return typeof value === 'number' && value > 0 && value % of === 0;
}

function positive(value: unknown): number | undefined {
  const number = loggedNumber(value);
  return number !== undefined && number > 0 && Number.isFinite(number) ? number : undefined;
}
