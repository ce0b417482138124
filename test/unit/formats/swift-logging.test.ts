import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/formats/format.ts';
import { swiftLogging } from '../../../src/formats/swift-logging.ts';
import { collect, cut } from './collect.ts';

const GIB = 1024 ** 3;

const TRAINING =
  '{"loss": 1.52103745, "grad_norm": 2.13370812, "learning_rate": 0.0001, "token_acc": 0.64120317, "epoch": 0.0106383, "global_step/max_steps": "1/94", "percentage": "1.06%", "elapsed_time": "2s", "remaining_time": "3m 35s", "memory(GiB)": 2.5, "train_speed(iter/s)": 0.412087}';
const EVALUATION =
  '{"eval_loss": 1.31482906, "eval_token_acc": 0.61538462, "eval_runtime": 18.2217, "eval_samples_per_second": 0.049, "eval_steps_per_second": 0.049, "epoch": 0.53, "global_step/max_steps": "50/94", "percentage": "53.19%", "elapsed_time": "1m 52s", "remaining_time": "1m 38s", "memory(GiB)": 2.5, "train_speed(iter/s)": 0.44}';
const CLOSING =
  '{"train_runtime": 211.4, "train_samples_per_second": 7.1, "train_steps_per_second": 0.445, "total_flos": 9.15e+16, "train_loss": 0.9, "epoch": 1.0, "global_step/max_steps": "94/94", "percentage": "100.00%", "elapsed_time": "3m 31s", "remaining_time": "0s", "memory(GiB)": 2.5, "train_speed(iter/s)": 0.4448}';
const SUMMARY =
  '{"model_parameter_info": "PeftModelForCausalLM: 1544.7143M Params (9.2324M Trainable [0.5977%])", "last_model_checkpoint": "output/v0/checkpoint-94", "best_model_checkpoint": null, "best_metric": 1.26, "global_step": 94, "log_history": [{"loss": 1.6, "step": 1}], "memory": 2.5}';
const OLD =
  '{"loss": 3.2, "acc": 0.125, "grad_norm": 31.25, "learning_rate": 2.5e-07, "train_speed(iter/s)": 0.215306, "epoch": 0.0, "global_step": 1}';
const OLD_AGAIN = OLD.replace('0.215306', '0.301774');

function hear(...lines: string[]) {
  return collect(swiftLogging, [lines.map((line) => `${line}\n`).join('')]);
}

function read(...lines: string[]): Record<string, number>[] {
  return hear(...lines).records.map((entries) => Object.fromEntries(entries));
}

/** A training record with these keys instead of its own. */
function training(keys: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(TRAINING), ...keys });
}

it('is found by its name', () => {
  expect(swiftLogging.matches('logging.jsonl')).toBe(true);
  for (const name of ['trainer_log.jsonl', 'logging.json', 'my_logging.jsonl', '']) {
    expect(swiftLogging.matches(name), name).toBe(false);
  }
});

describe('lines of training', () => {
  it('of today', () => {
    expect(read(TRAINING)).toEqual([
      {
        step: 1,
        max_steps: 94,
        loss: 1.52103745,
        grad_norm: 2.13370812,
        learning_rate: 0.0001,
        epoch: 0.0106383,
        progress_percent: 1.06,
        elapsed_seconds: 2,
        vram_reserved_bytes: 2.5 * GIB,
        token_acc: 0.64120317,
        'train_speed(iter/s)': 0.412087,
      },
    ]);
    expect(hear(TRAINING)).toMatchObject({ context: { trainer: 'ms-swift' }, bad: [], lines: 1 });
  });

  it('of 2024', () => {
    expect(read(OLD)).toEqual([
      {
        step: 1,
        loss: 3.2,
        grad_norm: 31.25,
        learning_rate: 2.5e-7,
        epoch: 0,
        acc: 0.125,
        'train_speed(iter/s)': 0.215306,
      },
    ]);
  });

  it('of July 2024, with another name for the step', () => {
    expect(read('{"loss": 1.85, "steps[global_step/max_steps]": "60/61", "elapsed_time": "4m 34s"}')).toEqual([
      { step: 60, max_steps: 61, loss: 1.85, elapsed_seconds: 274 },
    ]);
  });

  it('of the Megatron trainer', () => {
    const line =
      '{"loss": 0.2, "grad_norm": 0.7, "iteration": "4/18", "memory(GiB)": 53.5, "train_speed(s/it)": 41.772}';
    expect(read(line)).toEqual([
      {
        step: 4,
        max_steps: 18,
        loss: 0.2,
        grad_norm: 0.7,
        vram_reserved_bytes: 53.5 * GIB,
        'train_speed(s/it)': 41.772,
      },
    ]);
    expect(hear(line).context).toEqual({ trainer: 'ms-swift' });
  });

  it('of preference and RL stages', () => {
    const line = training({
      'rewards/accuracies': 0.75,
      'rewards/margins': 0.1,
      reward: 1.25,
      frac_reward_zero_std: 0,
    });
    expect(read(line)[0]).toMatchObject({
      accuracy: 0.75,
      'rewards/margins': 0.1,
      reward: 1.25,
      frac_reward_zero_std: 0,
    });
  });

  it('with numbers that are not finite, bare or as text', () => {
    expect(read(TRAINING.replace('2.13370812', 'NaN').replace('1.52103745', '-Infinity'))[0]).toMatchObject({
      grad_norm: Number.NaN,
      loss: Number.NEGATIVE_INFINITY,
    });
    expect(read(training({ loss: 'nan', grad_norm: '1.5', 'memory(GiB)': '2.5' }))[0]).toMatchObject({
      loss: Number.NaN,
      grad_norm: 1.5,
      vram_reserved_bytes: 2.5 * GIB,
    });
  });

  it.each([
    ['2s', 2],
    ['1m 3s', 63],
    ['1h 2m', 3_720],
    ['7h 12m 5s', 25_925],
    ['12d 3h 4m 5s', 1_047_845],
    ['', undefined],
    ['s', undefined],
    ['3s 1m', undefined],
    ['0:00:02', undefined],
    [5, undefined],
    ['1'.repeat(50_000), undefined],
  ])('elapsed time %j is %s seconds', (text, seconds) => {
    expect(read(training({ elapsed_time: text }))[0]?.elapsed_seconds).toBe(seconds);
  });

  it.each([
    ['5/94', 5, 94],
    ['5/-1', 5, undefined],
    ['5/0', 5, undefined],
    ['7', 7, undefined],
    [7, 7, undefined],
  ])('step %j is %s of %s', (text, step, all) => {
    const [record] = read(training({ 'global_step/max_steps': text }));
    expect([record?.step, record?.max_steps]).toEqual([step, all]);
  });

  it('values of other types are left out', () => {
    const odd = {
      loss: null,
      grad_norm: [1],
      percentage: {},
      'memory(GiB)': true,
      note: 'text',
      deep: { toString: 1 },
    };
    const [record = {}] = read(training(odd));
    expect(Object.keys(record).sort()).toEqual(
      ['elapsed_seconds', 'epoch', 'learning_rate', 'max_steps', 'step', 'token_acc', 'train_speed(iter/s)'].sort(),
    );
  });
});

describe('lines that come twice', () => {
  it('count once, whatever their clocks say', () => {
    const heard = hear(OLD, OLD_AGAIN, OLD);
    expect(heard.records).toHaveLength(1);
    expect(heard).toMatchObject({ lines: 3, bad: [] });
    expect(read(EVALUATION, EVALUATION.replace('18.2217', '18.23').replace('1m 52s', '1m 53s'))).toHaveLength(1);
    expect(read(TRAINING.replace('2.13370812', 'NaN'), TRAINING.replace('2.13370812', 'NaN'))).toHaveLength(1);
  });

  it('are two when a number differs', () => {
    expect(read(TRAINING, training({ loss: 1.7 }))).toHaveLength(2);
    expect(read(TRAINING, training({ token_acc: 0.7 }))).toHaveLength(2);
    expect(read(TRAINING, training({ kl: 0.1 }))).toHaveLength(2);
    expect(read(TRAINING, training({ 'global_step/max_steps': '2/94' }), TRAINING)).toHaveLength(3);
  });
});

describe('the end', () => {
  it('is the line after training, whose step is the last', () => {
    const heard = hear(TRAINING, EVALUATION, CLOSING, SUMMARY);
    expect(heard.records).toHaveLength(3);
    expect(Object.fromEntries(heard.records[2] ?? [])).toMatchObject({ step: 94, max_steps: 94, train_loss: 0.9 });
    expect(heard).toMatchObject({ events: [{ kind: 'finished', step: 94, text: null }], bad: [], lines: 4 });
  });

  it('came early when training was stopped: that is no record, which would look broken off', () => {
    const heard = hear(TRAINING, CLOSING.replace('94/94', '50/94'));
    expect(heard.records).toHaveLength(1);
    expect(heard.events).toEqual([{ kind: 'finished', step: 50, text: null }]);
  });

  it('of 2024 has no number of all steps', () => {
    const heard = hear(OLD, '{"train_runtime": 18112.4, "train_loss": 0.08, "epoch": 8.0, "global_step": 9412}');
    expect(heard.records).toHaveLength(2);
    expect(heard.events).toEqual([{ kind: 'finished', step: 9_412, text: null }]);
  });

  it('is not told by the summary, which comes after a crash too', () => {
    expect(hear(TRAINING, SUMMARY)).toMatchObject({ records: [expect.anything()], events: [], bad: [], lines: 2 });
  });

  it('a summary of half a megabyte is one line', () => {
    const long = SUMMARY.replace('[{', `[${'{"loss": NaN, "step": 1},'.repeat(19_000)}{`);
    expect(long.length).toBeGreaterThan(470_000);
    const begun = performance.now();
    expect(hear(CLOSING, long, '')).toMatchObject({ records: [expect.anything()], bad: [], lines: 3 });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('whatever comes', () => {
  const lines = [TRAINING, OLD, OLD_AGAIN, EVALUATION, CLOSING, SUMMARY, TRAINING.replace('1.52103745', 'NaN')];
  const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 30 });
  const garbage = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

  it('says the same however the bytes were cut, garbage among them or not', () => {
    const part = fc.oneof(
      fc.constantFrom(...lines).map((line) => Buffer.from(`${line}\n`)),
      garbage,
      fc.json().map((text) => Buffer.from(`${text}\n`)),
    );
    const mixed = fc.array(part, { maxLength: 12 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(mixed, places, (bytes, at) => {
        const heard = collect(swiftLogging, [bytes]);
        expect(collect(swiftLogging, cut(bytes, at))).toEqual(heard);
        expect(heard.records.length + heard.bad.length).toBeLessThanOrEqual(heard.lines);
      }),
    );
  });

  it.each([
    ['{"loss": 1.0}', 'not-a-record'],
    ['{"global_step/max_steps": "a/b", "loss": 1.0}', 'not-a-record'],
    ['[1]', 'not-json'],
    ['{"loss": 1.0', 'not-json'],
  ])('%s is bad', (line, reason) => {
    expect(hear(TRAINING, line, EVALUATION)).toMatchObject({
      records: [[], []].map(() => expect.anything()),
      bad: [[reason, 2]],
    });
  });

  it('a last line that was cut off is incomplete, a whole one is taken, early too', () => {
    expect(collect(swiftLogging, [`${TRAINING}\n${EVALUATION.slice(0, -1)}`])).toMatchObject({
      bad: [['incomplete', 2]],
    });
    expect(collect(swiftLogging, [`${TRAINING}\n${EVALUATION}`]).records).toHaveLength(2);
    const said: string[] = [];
    const reader = swiftLogging.open({
      record: ({ step }) => said.push(`record ${step}`),
      event: ({ kind }) => said.push(kind),
      context() {},
      bad: (why) => said.push(why),
      lines() {},
    });
    reader.push(Buffer.from(CLOSING.slice(0, 100)));
    reader.settle();
    expect(said).toEqual([]);
    reader.push(Buffer.from(CLOSING.slice(100)));
    reader.settle();
    reader.settle();
    expect(said).toEqual(['record 94', 'finished']);
    reader.push(Buffer.from(`\n${CLOSING}\n`));
    reader.end();
    expect(said).toEqual(['record 94', 'finished']);
  });

  it('a line that is too long is skipped', () => {
    expect(hear(`${TRAINING}${' '.repeat(MAX_LINE_BYTES)}`, EVALUATION)).toMatchObject({
      records: [expect.anything()],
      bad: [['oversize', 1]],
      lines: 2,
    });
  });
});
