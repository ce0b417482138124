import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_STATE_BYTES, trainerState } from '../../../src/formats/trainer-state.ts';
import { collect, cut, type Heard } from './collect.ts';
import { fixture } from './fixtures.ts';

const ENTRIES = '{"loss": 1.5, "grad_norm": NaN, "step": 10}, {"eval_loss": -Infinity, "step": 10}';
const CLOSING = '{"train_loss": 1.25, "train_runtime": 9.5, "total_flos": 2.0, "step": 10}';
const STATE = `{"log_history": [${ENTRIES}], "max_steps": 20, "trial_name": "a \\"NaN\\" {["}`;
const EMPTY = { records: [], events: [], context: {}, bad: [], lines: 0 };

function objects({ records }: Heard): Record<string, number>[] {
  return records.map((entries) => Object.fromEntries(entries));
}

function readEntry(entry: string): Heard {
  return collect(trainerState, [`{"log_history": [${entry}]}`]);
}

describe('a file', () => {
  it('is known by its name', () => {
    expect(trainerState.matches('trainer_state.json')).toBe(true);
    for (const name of ['trainer_state.json.tmp', 'my_trainer_state.json', 'state.json', 'trainer_log.jsonl']) {
      expect(trainerState.matches(name), name).toBe(false);
    }
  });

  it.each([
    ['/saves/sft/checkpoint-100', '/saves/sft'],
    ['/saves/sft', '/saves/sft'],
    ['/saves/checkpoint-100/again', '/saves/checkpoint-100/again'],
    ['/saves/checkpoint-best', '/saves/checkpoint-best'],
    ['/saves/my-checkpoint-100', '/saves/my-checkpoint-100'],
    ['/checkpoint-100', '/'],
  ])('in %s is of the run in %s', (folder, run) => {
    expect(trainerState.runFolder?.(folder)).toBe(run);
  });
});

describe('a real file', () => {
  it('gives the whole history, the evaluation and the end of a step apart', () => {
    const heard = collect(trainerState, [fixture('r061', 'trainer_state.json')]);
    expect(heard.records).toHaveLength(25);
    expect(objects(heard)[0]).toEqual({
      step: 10,
      max_steps: 200,
      loss: 7.648323059082031,
      grad_norm: 0.8850900530815125,
      learning_rate: 0.00191,
      epoch: 0.05,
      tokens_seen: 5120,
      train_runtime: 3.7253,
      train_tokens_per_second: 1374.397,
    });
    expect(objects(heard).slice(-3)).toMatchObject([
      { step: 200, loss: 5.711627197265625 },
      { step: 200, eval_loss: 5.6542768478393555 },
      { step: 200, train_loss: 6.666801643371582 },
    ]);
    expect(heard).toMatchObject({
      events: [{ kind: 'finished', step: 200, text: null }],
      bad: [],
      lines: 25,
      context: { logging_steps: 10, max_steps: 200 },
    });
  });

  it('holds numbers that are not finite', () => {
    const losses = objects(collect(trainerState, [fixture('bf16_one_bad_batch_kills_weights', 'trainer_state.json')]));
    expect(losses.filter(({ grad_norm }) => Number.isNaN(grad_norm)).length).toBeGreaterThan(0);
  });

  it("of PPO counts steps as the run's log does, and states nothing that does not hold", () => {
    const heard = collect(trainerState, [fixture('ppo', 'trainer_state.json')]);
    expect(objects(heard)[0]).toEqual({
      step: 1,
      max_steps: 24,
      loss: 0.1479,
      learning_rate: 1e-4,
      epoch: 0,
      reward: 0.2681,
    });
    expect(objects(heard).at(-1)).toMatchObject({ step: 24 });
    expect(heard).toMatchObject({ context: { max_steps: 24 }, events: [], bad: [] });
  });

  it('gives the same however it was cut', () => {
    const bytes = fixture('r061', 'trainer_state.json');
    const whole = collect(trainerState, [bytes]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 }), (at) => {
        expect(collect(trainerState, cut(bytes, at))).toEqual(whole);
      }),
    );
    expect(
      collect(
        trainerState,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(whole);
  });
});

describe('a document', () => {
  it('counts when all of it is there, not before', () => {
    const bytes = Buffer.from(`${STATE}\n`);
    for (let length = 1; length < bytes.length; length++) {
      const isWhole = length >= STATE.length;
      const waiting = collect(trainerState, [bytes.subarray(0, length)], { end: false });
      expect(waiting.records, `${length} bytes`).toHaveLength(isWhole ? 2 : 0);
      expect(waiting.bad).toEqual([]);
      expect(collect(trainerState, [bytes.subarray(0, length)]).bad).toEqual(isWhole ? [] : [['incomplete', 1]]);
    }
    expect(objects(collect(trainerState, [STATE]))).toEqual([
      { step: 10, max_steps: 20, loss: 1.5, grad_norm: Number.NaN },
      { step: 10, max_steps: 20, eval_loss: Number.NEGATIVE_INFINITY },
    ]);
  });

  it('is not made whole by time', () => {
    const records: unknown[] = [];
    const reader = trainerState.open({
      record: ({ step }) => records.push(step),
      event() {},
      context() {},
      bad: (reason) => records.push(reason),
      lines() {},
    });
    reader.push(Buffer.from(STATE.slice(0, 50)));
    reader.settle();
    reader.push(Buffer.from(STATE.slice(50)));
    reader.settle();
    reader.end();
    expect(records).toEqual([10, 10]);
  });

  it('may have blanks and a byte-order mark around it', () => {
    expect(collect(trainerState, ['\ufeff \r\n', STATE, ' \n\t', '\n'])).toEqual(collect(trainerState, [STATE]));
    expect(collect(trainerState, [' \n'])).toEqual(EMPTY);
    expect(collect(trainerState, [])).toEqual(EMPTY);
  });

  it.each([
    ['bytes after the end', `${STATE}\n${STATE}{`, 2, [['not-json', 3]]],
    ['no object', '[1, 2]', 0, [['not-json', 1]]],
    ['NULs', '\0'.repeat(100), 0, [['not-json', 1]]],
    ['no JSON', '{"log_history": [1 2]}', 0, [['not-json', 1]]],
    ['words that are no numbers', '{"log_history": [], "x": NaNs}', 0, [['not-json', 1]]],
    ['no history', '{"max_steps": 3}', 0, [['not-a-record', 1]]],
    ['a history that is no list', '{"log_history": {"0": {"step": 1}}}', 0, [['not-a-record', 1]]],
    [
      'entries that are none',
      `{"log_history": [1, null, [], {}, {"loss": 2}, ${CLOSING}, {"step": NaN}]}`,
      1,
      [
        ['not-a-record', 1],
        ['not-a-record', 2],
        ['not-a-record', 3],
        ['not-a-record', 4],
        ['not-a-record', 5],
        ['not-a-record', 7],
      ],
    ],
    ['brackets without end', '{"a":'.repeat(10_000), 0, [['not-json', 1]]],
  ])('with %s is told as bad, once', (_, content, records, bad) => {
    const heard = collect(trainerState, [content]);
    expect(heard.records).toHaveLength(records);
    expect(heard.bad).toEqual(bad);
    expect(
      collect(
        trainerState,
        Array.from(content, (byte) => Buffer.from(byte)),
      ),
    ).toEqual(heard);
  });

  it('never throws, whatever it holds, and says the same however it was cut', () => {
    const word = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      ' ',
      'NaN',
      '-Infinity',
      '1',
      STATE,
      '\u00e4',
    );
    const places = fc.array(fc.nat({ max: 1000 }), { maxLength: 10 });
    const bytes = fc.oneof(
      fc.array(word, { maxLength: 20 }).map((words) => Buffer.from(words.join(''))),
      fc
        .array(word, { maxLength: 20 })
        .map((words) => Buffer.from(`{"log_history": [{"step": 1, "loss": ${words.join('')}}]}`)),
      fc.uint8Array({ maxLength: 100 }).map((garbage) => Buffer.from(garbage)),
    );
    fc.assert(
      fc.property(bytes, places, (content, at) => {
        const heard = collect(trainerState, [content]);
        expect(collect(trainerState, cut(content, at))).toEqual(heard);
        expect(heard.records.length + heard.bad.length).toBeLessThanOrEqual(heard.lines);
      }),
      { numRuns: 1000 },
    );
  });

  it('with bytes changed in it never throws', () => {
    const bytes = fixture('ppo', 'trainer_state.json');
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(changes, (changed) => {
        const broken = Buffer.from(bytes);
        for (const [place, byte] of changed) broken[place] = byte;
        const heard = collect(trainerState, [broken]);
        expect(heard.records.length + heard.bad.length).toBeLessThanOrEqual(heard.lines);
      }),
    );
  });

  it('that is too long is told once, and nothing of it is kept', () => {
    const bad: string[] = [];
    const reader = trainerState.open({
      record: () => bad.push('record'),
      event() {},
      context() {},
      bad: (reason) => bad.push(reason),
      lines() {},
    });
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    reader.push(Buffer.from('{"x": "'));
    for (let pushed = 0; pushed < 2 * MAX_STATE_BYTES; pushed += megabyte.length) {
      reader.push(megabyte);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    reader.push(Buffer.from(`"}${STATE}`));
    reader.end();
    expect(bad).toEqual(['oversize']);
    expect(most).toBeLessThan(2.1 * MAX_STATE_BYTES);
  });

  it('of many megabytes with strings, words and brackets takes no more than a moment', () => {
    for (const filling of [`"${'y'.repeat(10e6)}"`, `"${'\\"'.repeat(5e6)}"`, `[${'NaN,'.repeat(2e6)}1]`]) {
      const begun = performance.now();
      const heard = collect(trainerState, [`{"x": ${filling}, "log_history": [${ENTRIES}]}`]);
      expect(heard.records).toHaveLength(2);
      expect(performance.now() - begun).toBeLessThan(5000);
    }
  });
});

describe('an entry', () => {
  it.each<[string, string, Record<string, number>]>([
    [
      'numbers as text',
      '{"step": "3", "loss": "0.5", "grad_norm": "nan"}',
      { step: 3, loss: 0.5, grad_norm: Number.NaN },
    ],
    ['nothing and nested values', '{"step": 3, "loss": null, "x": {"loss": 1}, "y": [2], "z": "a"}', { step: 3 }],
    ['a key twice', '{"step": 3, "loss": 1, "loss": 2}', { step: 3, loss: 2 }],
    [
      'rewards',
      '{"step": 3, "reward": -1.5, "rewards/accuracies": 0.5, "kl": 2}',
      { step: 3, reward: -1.5, accuracy: 0.5, kl: 2 },
    ],
    ['a prototype', '{"step": 3, "__proto__": 7}', { step: 3, ['__proto__']: 7 }],
  ])('with %s', (_, entry, record) => {
    expect(new Map(readEntry(entry).records[0])).toEqual(new Map(Object.entries(record)));
  });

  it('that closes the history says that training is finished, one with a train_loss of its own does not', () => {
    expect(readEntry(CLOSING).events).toEqual([{ kind: 'finished', step: 10, text: null }]);
    expect(readEntry('{"step": 1, "loss": 2, "train_loss": 2}, {"step": 1, "train_loss": 2}').events).toEqual([]);
  });
});

describe('what the head states', () => {
  it.each<[string, string, unknown]>([
    [
      'intervals that hold',
      '"logging_steps": 5, "save_steps": 20, "max_steps": 60, "global_step": 40',
      { logging_steps: 5, save_steps: 20, max_steps: 60 },
    ],
    ['defaults that do not', '"logging_steps": 500, "save_steps": 500, "global_step": 40', {}],
    ['nonsense', '"logging_steps": NaN, "save_steps": "x", "max_steps": -1', {}],
  ])('%s', (_, head, context) => {
    const history = '"log_history": [{"step": 1, "loss": 1}, {"step": 5, "loss": 1}, {"step": 10, "loss": 1}]';
    expect(collect(trainerState, [`{${head}, ${history}}`]).context).toEqual(context);
  });
});

it('takes a broken word at its very end for what it is', () => {
  const heard = collect(trainerState, ['{"a": NaN, "log_history": Inf}']);
  expect(heard).toMatchObject({ records: [], bad: [['not-json', 1]] });
});
