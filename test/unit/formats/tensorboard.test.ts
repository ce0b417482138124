import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/formats/format.ts';
import { tensorboard } from '../../../src/formats/tensorboard.ts';
import { trainerState } from '../../../src/formats/trainer-state.ts';
import { collect, cut, type Heard } from './collect.ts';
import { fixture } from './fixtures.ts';
import { event, framed, logged, simple, tensor, text, VERSION, type WriteValue } from './tf-events.ts';

const TRAINING = { 'train/loss': 1.5, 'train/grad_norm': 0.25, 'train/learning_rate': 5e-5, 'train/epoch': 0.5 };
const CLOSING = {
  'train/train_runtime': 9.5,
  'train/train_samples_per_second': 2,
  'train/train_steps_per_second': 1,
  'train/total_flos': 2 ** 40,
  'train/train_loss': 2.5,
  'train/epoch': 0.5,
};

function objects({ records }: Heard): Record<string, number>[] {
  return records.map((entries) => Object.fromEntries(entries));
}

function read(...events: Buffer[]): Record<string, number>[] {
  return objects(collect(tensorboard, [VERSION, ...events]));
}

function rounded(record: Record<string, number>): Record<string, number> {
  const { max_steps: _, ...rest } = record;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Math.fround(value)]));
}

describe('a file', () => {
  it.each([
    ['events.out.tfevents.1795488880.vm.430.0', true],
    ['events.out.tfevents.1795490962.trainbox.21715.1', true],
    ['events.out.tfevents.1795488880.vm.430.0.v2', true],
    ['events.out.tfevents.1795488880.vm.profile-empty', true],
    ['events.txt', false],
    ['trainer_log.jsonl', false],
    ['my.events.out.tfevents.1', false],
  ])('named %s: %s', (name, isOurs) => {
    expect(tensorboard.matches(name)).toBe(isOurs);
  });

  it.each([
    ['/saves/sft/runs/Nov24_02-54-40_vm', '/saves/sft'],
    ['/saves/sft/runs/Nov24_02-54-40_vm/1795488880.5', '/saves/sft'],
    ['/data/runs/r061/runs/Nov24_02-54-40_vm', '/data/runs/r061'],
    ['/a/runs/Nov24_host', '/a'],
    ['/saves/sft/runs', '/saves/sft'],
    ['/runs', '/runs'],
    ['/runs/Nov24_02-54-40_vm', '/runs/Nov24_02-54-40_vm'],
    ['/saves/sft', '/saves/sft'],
    ['/saves/my-runs/a', '/saves/my-runs/a'],
    // somebody's collection of runs, which are not all one
    ['/data/runs/r061', '/data/runs/r061'],
    ['/data/runs/lora-07/tb', '/data/runs/lora-07/tb'],
  ])('in %s is of the run in %s', (folder, run) => {
    expect(tensorboard.runFolder?.(folder)).toBe(run);
  });
});

describe('real files', () => {
  it.each(['r061', 'bf16_one_bad_batch_kills_weights'])('%s tells what its trainer_state.json tells', (run) => {
    const events = collect(tensorboard, [fixture(run, 'events.out')]);
    const state = collect(trainerState, [fixture(run, 'trainer_state.json')]);
    expect(objects(events).map(rounded)).toEqual(objects(state).map(rounded));
    expect(events.events).toEqual(state.events);
    expect(events.events).toEqual([{ kind: 'finished', step: 200, text: null }]);
    expect(events.bad).toEqual([]);
    expect(events.context).toMatchObject(state.context);
  });

  it('hold the configuration', () => {
    expect(collect(tensorboard, [fixture('bf16_one_bad_batch_kills_weights', 'events.out')]).context).toEqual({
      precision: 'bf16',
      liger_kernel: false,
      learning_rate: 0.001,
      lr_scheduler_type: 'cosine',
      warmup_steps: 20,
      gradient_accumulation_steps: 1,
      logging_steps: 5,
      max_steps: 200,
      max_grad_norm: 1,
      optim: 'adamw_torch_fused',
      logging_nan_inf_filter: true,
    });
  });

  it('of an evaluation after training are one record', () => {
    const [record, ...others] = objects(collect(tensorboard, [fixture('dpo', 'events.out')]));
    expect(others).toEqual([]);
    expect(record).toMatchObject({ step: 90, eval_loss: 0.2690893, 'eval_rewards/accuracies': 1 });
  });

  it('give the same however they were cut', () => {
    const bytes = fixture('r061', 'events.out');
    const whole = collect(tensorboard, [bytes]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 }), (at) => {
        expect(collect(tensorboard, cut(bytes, at))).toEqual(whole);
      }),
    );
    expect(
      collect(
        tensorboard,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(whole);
  });

  it('hold the same numbers whenever nothing came for long', () => {
    const bytes = fixture('r061', 'events.out');
    const said = (pieces: readonly Buffer[]) => {
      const heard = new Set<string>();
      const reader = tensorboard.open({
        record: (record) => {
          for (const [name, value] of record.entries()) heard.add(`${record.step} ${name} ${value}`);
        },
        event: ({ kind, step }) => heard.add(heard.has(`${step} ${kind}`) ? 'twice' : `${step} ${kind}`),
        context() {},
        bad: (reason) => heard.add(reason),
        lines() {},
      });
      for (const piece of pieces) {
        reader.push(piece);
        reader.settle();
      }
      reader.end();
      return heard;
    };
    const whole = said([bytes]);
    expect(
      said(
        cut(
          bytes,
          Array.from({ length: bytes.length / 40 }, (_, place) => place * 40),
        ),
      ),
    ).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 }), (at) => {
        expect(said(cut(bytes, at))).toEqual(whole);
      }),
    );
  });

  it('with any byte changed never throw, and give no record that is not there', () => {
    const bytes = fixture('r061', 'events.out');
    const whole = new Set(collect(tensorboard, [bytes]).records.flatMap((record) => record.map(String)));
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const broken = Buffer.from(bytes);
        broken.writeUInt8(broken.readUInt8(place) ^ change, place);
        const heard = collect(tensorboard, [broken]);
        expect(heard.bad.map(([reason]) => reason)).toEqual(['bad-checksum']);
        for (const field of heard.records.flat()) expect(whole).toContain(String(field));
      }),
    );
  });

  it('that end anywhere give what came before', () => {
    const bytes = fixture('dpo', 'events.out');
    for (let length = 1; length < bytes.length; length++) {
      const heard = collect(tensorboard, [bytes.subarray(0, length)]);
      expect(heard.bad.length, `${length} bytes`).toBeLessThanOrEqual(1);
      for (const [reason, line] of heard.bad) expect([reason, line]).toEqual(['incomplete', heard.lines]);
    }
  });
});

describe('records', () => {
  it('of training and evaluation at one step are two, the closing one is a third', () => {
    const evaluation = { 'eval/loss': 1.75, 'eval/runtime': 3, 'train/epoch': 0.5 };
    const heard = collect(tensorboard, [logged(20, TRAINING), logged(20, evaluation), logged(20, CLOSING)]);
    expect(objects(heard)).toEqual([
      { step: 20, loss: 1.5, grad_norm: 0.25, learning_rate: 5e-5, epoch: 0.5 },
      { step: 20, eval_loss: 1.75, eval_runtime: 3, epoch: 0.5 },
      {
        step: 20,
        epoch: 0.5,
        train_runtime: 9.5,
        train_samples_per_second: 2,
        train_steps_per_second: 1,
        total_flos: 2 ** 40,
        train_loss: 2.5,
      },
    ]);
    expect(heard.events).toEqual([{ kind: 'finished', step: 20, text: null }]);
    expect(heard.lines).toBe(13);
  });

  it('keep the running time that stands in each of them where tokens are counted', () => {
    const tokens = {
      'train/num_input_tokens_seen': 1024,
      'train/train_runtime': 4,
      'train/train_tokens_per_second': 8,
    };
    const heard = collect(tensorboard, [logged(1, { ...TRAINING, ...tokens }), logged(1, CLOSING)]);
    expect(objects(heard)).toMatchObject([
      { step: 1, loss: 1.5, tokens_seen: 1024, train_runtime: 4, train_tokens_per_second: 8 },
      { step: 1, train_runtime: 9.5, train_loss: 2.5 },
    ]);
    expect(heard.events).toHaveLength(1);
  });

  it('are two where a name comes again with another value', () => {
    expect(
      read(logged(3, { 'train/loss': 1 }), logged(3, { 'train/loss': 1 }), logged(3, { 'train/loss': 2 })),
    ).toEqual([
      { step: 3, loss: 1 },
      { step: 3, loss: 2 },
    ]);
  });

  it('are not finished by a train_loss that is logged at every step', () => {
    const heard = collect(tensorboard, [logged(1, { 'train/loss': 1, 'train/train_loss': 1 }), logged(2, TRAINING)]);
    expect(heard.events).toEqual([]);
  });

  it('are known by the names of Hugging Face, others keep their own', () => {
    const reward = { 'train/reward': 0.5, 'train/rewards/accuracies': 0.75, 'train/num_tokens': 64, 'critic/kl': 2 };
    expect(read(logged(1, reward))).toEqual([
      { step: 1, reward: 0.5, accuracy: 0.75, tokens_seen: 64, 'critic/kl': 2 },
    ]);
    expect(read(logged(1, { 'test/loss': 3 }), logged(2, { loss: 4 }), logged(3, { eval_loss: 5 }))).toEqual([
      { step: 1, test_loss: 3 },
      { step: 2, loss: 4 },
      { step: 3, eval_loss: 5 },
    ]);
  });

  it('may be of any step', () => {
    const steps = [0, 1, 2 ** 28 - 1, 2 ** 28, 2 ** 40, -1];
    expect(read(...steps.map((step) => event(step, { 'train/loss': 1 })))).toEqual(
      steps.map((step) => ({ step, loss: 1 })),
    );
  });

  it('hold numbers that are not finite', () => {
    expect(read(logged(7, { 'train/loss': Number.NaN, 'train/grad_norm': Number.POSITIVE_INFINITY }))).toEqual([
      { step: 7, loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY },
    ]);
  });

  it('are given when nothing came for long, once, and the rest of their step when it comes', () => {
    const given: unknown[] = [];
    const reader = tensorboard.open({
      record: (record) => given.push(Object.fromEntries(record.entries())),
      event: ({ kind }) => given.push(kind),
      context() {},
      bad: (reason) => given.push(reason),
      lines() {},
    });
    const rest = logged(5, { 'train/grad_norm': 0.25, 'train/epoch': 0.5 });
    reader.push(logged(5, { 'train/loss': 1.5 }));
    reader.push(rest.subarray(0, 10));
    expect(given).toEqual([]);
    reader.settle();
    reader.settle();
    expect(given).toEqual([{ step: 5, loss: 1.5 }]);
    reader.push(rest.subarray(10));
    reader.push(logged(5, CLOSING).subarray(0, -30));
    reader.settle();
    expect(given.slice(1, 2)).toEqual([{ step: 5, grad_norm: 0.25, epoch: 0.5 }]);
    expect(given.slice(3)).toEqual(['finished']);
    reader.end();
    expect(given.slice(4)).toEqual(['incomplete']);
  });

  it('that nobody ends fill no memory', () => {
    const many = Array.from({ length: 3000 }, (_, place) => event(1, { [`made/up/${place}`]: place }));
    expect(read(...many).map((record) => Object.keys(record).length - 1)).toEqual([1024, 1024, 952]);
    expect(read(event(1, { ['x'.repeat(301)]: 1 }))).toEqual([]);
  });
});

describe('values', () => {
  it.each<[string, WriteValue, number | undefined]>([
    ['a float', simple(0.1), 0.1],
    ['a tensor of one float', tensor(1, (value) => value.tag(5, WireType.LengthDelimited).bytes(float(0.1))), 0.1],
    ['a tensor of one float that is not packed', tensor(1, (value) => value.tag(5, WireType.Bit32).float(0.1)), 0.1],
    [
      'a tensor of the bytes of a float',
      tensor(1, (value) => value.tag(4, WireType.LengthDelimited).bytes(float(2))),
      2,
    ],
    ['a tensor of one double', tensor(2, (value) => value.tag(6, WireType.Bit64).double(0.1)), 0.1],
    [
      'a histogram of equal numbers',
      tensor(2, (value) => value.tag(6, WireType.Bit64).double(1), Uint8Array.of(18, 2, 8, 3)),
      undefined,
    ],
    ['a tensor of whole numbers', tensor(3, (value) => value.tag(7, WireType.Varint).int32(1)), undefined],
    ['a text', text('1.5'), undefined],
  ])('%s', (_, write, value) => {
    expect(read(event(1, { 'train/loss': write }))).toEqual(value === undefined ? [] : [{ step: 1, loss: value }]);
  });

  it('may be several in an event', () => {
    expect(read(event(4, { 'train/loss': 1, 'train/grad_norm': 2, 'eval/loss': 3 }))).toEqual([
      { step: 4, loss: 1, grad_norm: 2 },
      { step: 4, eval_loss: 3 },
    ]);
  });

  it('in no event are none, and whatever an event holds, nothing throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (data) => {
        const heard = collect(tensorboard, data.map(framed));
        expect(heard.lines).toBe(data.length);
        for (const [reason] of heard.bad) expect(reason).toBe('not-a-record');
      }),
      { numRuns: 2000 },
    );
    expect(collect(tensorboard, [framed(Buffer.from([0x2a, 0x7f])), ...[logged(1, TRAINING)]])).toMatchObject({
      bad: [['not-a-record', 1]],
      lines: 5,
    });
  });

  it('in events with bytes changed in them throw nothing', () => {
    const data = logged(1, { 'train/loss': 1 }).subarray(12, -4);
    const changes = fc.array(fc.tuple(fc.nat(data.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, (changed) => {
        const bytes = Buffer.from(data);
        for (const [place, byte] of changed) bytes[place] = byte;
        expect(collect(tensorboard, [framed(bytes)]).lines).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('of garbage are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const heard = collect(tensorboard, [Buffer.from(bytes)]);
        expect(heard.records).toEqual([]);
        expect(heard.bad.length).toBe(heard.lines);
        expect(heard.lines).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the texts of a run', () => {
  function contextOf(...texts: [string, string][]): unknown {
    return collect(
      tensorboard,
      texts.map(([tag, content]) => event(0, { [tag]: text(content) })),
    ).context;
  }

  it('may be wrapped, and hold what is no JSON', () => {
    const args = '<pre>{\n  "learning_rate": 5e-05, "fp16": true, "x": NaN, "optim": "adafactor"\n}</pre>';
    expect(contextOf(['args/text_summary', args])).toEqual({
      learning_rate: 5e-5,
      precision: 'fp16',
      optim: 'adafactor',
    });
    expect(contextOf(['args', '{"fp16": true}'])).toEqual({ precision: 'fp16' });
  });

  it('tell of the model', () => {
    const config = '{"_name_or_path": "Qwen/Qwen3-8B", "dtype": "bfloat16"}';
    expect(
      contextOf(['args/text_summary', '{"bf16": false, "fp16": false}'], ['model_config/text_summary', config]),
    ).toEqual({ model: 'Qwen/Qwen3-8B', precision: 'pure_bf16', loss_scaler: false });
  });

  it('that are others, too long or none say nothing', () => {
    expect(contextOf(['argsort', '{"fp16": true}'], ['args/text_summary', 'x'], ['args/text_summary', '[1]'])).toEqual(
      {},
    );
    expect(contextOf(['args/text_summary', `{"fp16": true, "x": "${'x'.repeat(MAX_LINE_BYTES)}"}`])).toEqual({});
  });
});

function float(value: number): Uint8Array {
  return new BinaryWriter().float(value).finish();
}
