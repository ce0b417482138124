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
  return state.num_train_epochs === NO_END_OF_EPOCHS && trainingSteps(history)[0] === 0;
}

/** The first entry may be one of `logging_first_step`. */
function isLoggedEvery(steps: number, history: readonly unknown[]): boolean {
  const logged = trainingSteps(history);
  const counted = logged.length > 1 ? logged.slice(1) : logged;
  return counted.length > 0 && counted.every((step) => isMultiple(step, steps));
}

function trainingSteps(history: readonly unknown[]): unknown[] {
  return history.flatMap((entry) =>
    typeof entry === 'object' && entry !== null && 'loss' in entry && 'step' in entry ? [entry.step] : [],
  );
}

function isMultiple(value: unknown, of: number): boolean {
  return typeof value === 'number' && value > 0 && value % of === 0;
}

function positive(value: unknown): number | undefined {
  const number = loggedNumber(value);
  return number !== undefined && number > 0 && Number.isFinite(number) ? number : undefined;
}
