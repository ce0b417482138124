import fc from 'fast-check';
import type { Format } from '../../src/formats/format.ts';
import { formatOf } from '../../src/formats/index.ts';
import { logged, VERSION } from '../unit/formats/tf-events.ts';

/** One log call of a generated run. */
interface Logged {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  /** Of the evaluation after this step, null where there was none. */
  readonly evalLoss: number | null;
}

/** What a trainer does to one file: adds to it, or writes it anew. */
export interface Write {
  readonly path: string;
  readonly bytes: Buffer;
  readonly anew: boolean;
}

const TOTAL = 40;
const RATE = 0.005;

const anyLoss = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 9999 }).map((n) => n / 1000) },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN) },
);
const anyNorm = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: Math.fround(0.01), max: 50, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
);

/** One to three stretches of training; each after the first goes on from an earlier step. */
const anyAttempts = fc
  .tuple(
    fc.array(fc.tuple(anyLoss, anyNorm), { minLength: TOTAL * 3, maxLength: TOTAL * 3 }),
    fc.array(fc.tuple(fc.integer({ min: 3, max: TOTAL - 1 }), fc.integer({ min: 1, max: 10 })), { maxLength: 2 }),
    fc.boolean(),
    fc.integer({ min: 2, max: 12 }),
  )
  .map(([numbers, breaks, isWhole, evaluated]) => {
    const attempts: Logged[][] = [];
    let first = 1;
    const stops = [...breaks.map(([stop]) => stop), TOTAL - (isWhole ? 0 : 3)];
    for (const [index, stop] of stops.entries()) {
      const steps: Logged[] = [];
      for (let step = first; step <= Math.max(stop, first); step++) {
        const [loss, gradNorm] = numbers[index * TOTAL + step - 1] as [number, number];
        steps.push({ step, loss, gradNorm, evalLoss: step % evaluated === 0 ? loss + 0.5 : null });
      }
      attempts.push(steps);
      first = Math.max(1, Math.max(stop, first) - (breaks[index]?.[1] ?? 0) + 1);
    }
    return { attempts, isWhole };
  });

/** A run as its trainer wrote it, in the order of its writing: to all of its files, or to some of them. */
export const anyRun: fc.Arbitrary<readonly Write[]> = fc
  .tuple(
    anyAttempts,
    fc.subarray(['log', 'console', 'state', 'events'], { minLength: 1 }),
    fc.integer({ min: 3, max: 9 }),
  )
  .map(([{ attempts, isWhole }, kinds, saved]) => {
    const writes: Write[] = [];
    const write = (path: string, bytes: Buffer | string, anew = false) =>
      writes.push({ path, bytes: Buffer.from(bytes), anew });
    let history: string[] = [];
    for (const [index, steps] of attempts.entries()) {
      const first = steps[0]?.step ?? 1;
      history = history.filter((entry) => Number(JSON.parse(entry.replace(/NaN|Infinity/g, '0')).step) < first);
      const events = `runs/Nov24_0${index}-00-00_host/events.out.tfevents.179500000${index}.host.1.0`;
      if (kinds.includes('events')) write(events, VERSION);
      if (kinds.includes('console')) write('train.log', `${bar(first - 1)}`);
      for (const one of steps) {
        if (kinds.includes('log')) write('trainer_log.jsonl', logLines(one, first));
        if (kinds.includes('console')) write('train.log', printed(one));
        if (kinds.includes('events')) write(events, eventsOf(one));
        history.push(...entriesOf(one));
        if (kinds.includes('state') && one.step % saved === 0) {
          write(`checkpoint-${one.step}/trainer_state.json`, stateOf(history, one.step), true);
        }
      }
      const last = steps.at(-1)?.step ?? 0;
      if (!isWhole || index < attempts.length - 1) continue;
      const closing = `"epoch": ${last / TOTAL}`;
      if (kinds.includes('log')) {
        write(
          'trainer_log.jsonl',
          `{"current_steps": ${last}, "total_steps": ${TOTAL}, ${closing}, "percentage": 100.0, "elapsed_time": "0:02:00"}\n`,
        );
      }
      if (kinds.includes('console')) {
        write('train.log', `\r        \r{'train_runtime': '9.5', 'train_loss': '2.5', 'epoch': '1'}\n${bar(last)}\n`);
      }
      history.push(`{${closing}, "step": ${last}, "train_loss": 2.5, "train_runtime": 9.5}`);
      if (kinds.includes('state')) write('trainer_state.json', stateOf(history, last), true);
    }
    return writes;
  });

export function formatAt(path: string): Format {
  return formatOf(path.slice(path.lastIndexOf('/') + 1)) as Format;
}

function logLines({ step, loss, evalLoss }: Logged, first: number): string {
  const elapsed = `"elapsed_time": "0:00:${String(step - first).padStart(2, '0')}"`;
  const head = `{"current_steps": ${step}, "total_steps": ${TOTAL}`;
  const tail = `"epoch": ${step / TOTAL}, "percentage": ${(step / TOTAL) * 100}, ${elapsed}}\n`;
  const evaluation = evalLoss === null ? '' : `${head}, "eval_loss": ${evalLoss}, ${tail}`;
  return `${head}, "loss": ${loss}, "lr": ${rateAt(step)}, ${tail}${evaluation}`;
}

/** As transformers 5 prints: four digits, all of it text, the bar that tells the step right behind. */
function printed({ step, loss, gradNorm, evalLoss }: Logged): string {
  const record = `{'loss': '${digits(loss)}', 'grad_norm': '${digits(gradNorm)}', 'learning_rate': '${digits(rateAt(step))}', 'epoch': '${digits(step / TOTAL)}'}`;
  const evaluation =
    evalLoss === null
      ? ''
      : `\n\r        \r{'eval_loss': '${digits(evalLoss)}', 'eval_runtime': '0.05', 'epoch': '${digits(step / TOTAL)}'}\n${bar(step)}`;
  return `\r        \r${record}\n${bar(step)}${evaluation}`;
}

function bar(step: number): string {
  return `\r ${Math.round((step / TOTAL) * 100)}%|█         | ${step}/${TOTAL} [00:01<03:00,  1.65it/s]`;
}

function eventsOf({ step, loss, gradNorm, evalLoss }: Logged): Buffer {
  const training = {
    'train/loss': loss,
    'train/grad_norm': gradNorm,
    'train/learning_rate': rateAt(step),
    'train/epoch': step / TOTAL,
  };
  const evaluation = evalLoss === null ? {} : { 'eval/loss': evalLoss, 'eval/runtime': 0.05 };
  return Buffer.concat([logged(step, training), logged(step, evaluation)]);
}

function entriesOf({ step, loss, gradNorm, evalLoss }: Logged): string[] {
  const epoch = `"epoch": ${step / TOTAL}`;
  const rate = `"learning_rate": ${rateAt(step)}`;
  const training = `{${epoch}, "grad_norm": ${gradNorm}, ${rate}, "loss": ${loss}, "step": ${step}}`;
  return evalLoss === null ? [training] : [training, `{${epoch}, "eval_loss": ${evalLoss}, "step": ${step}}`];
}

function stateOf(history: readonly string[], step: number): string {
  return `{"epoch": 1.0, "global_step": ${step}, "max_steps": ${TOTAL}, "logging_steps": 1,\n"log_history": [${history.join(',\n')}]}`;
}

function rateAt(step: number): number {
  return (RATE * (TOTAL - step)) / TOTAL;
}

/** Python's `:.4g`, near enough. */
function digits(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'inf';
}
