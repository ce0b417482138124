import { describe, expect, it } from 'vitest';
import { trainerLog } from '../../../src/formats/trainer-log.ts';
import { collect } from './collect.ts';

const GIB = 1024 ** 3;

function read(...lines: string[]): Record<string, number>[] {
  return collect(trainerLog, [lines.map((line) => `${line}\n`).join('')]).records.map((entries) =>
    Object.fromEntries(entries),
  );
}

describe('every schema there was', () => {
  it.each<[string, string, Record<string, number>]>([
    [
      '2023-07, nulls for what is absent',
      '{"current_steps": 10, "total_steps": 1200, "loss": 2.0137, "eval_loss": null, "predict_loss": null, "reward": null, "learning_rate": 9.99e-05, "epoch": 0.08, "percentage": 0.84, "elapsed_time": "0:00:54", "remaining_time": "1:46:13"}',
      {
        step: 10,
        max_steps: 1200,
        loss: 2.0137,
        learning_rate: 9.99e-5,
        epoch: 0.08,
        progress_percent: 0.84,
        elapsed_seconds: 54,
      },
    ],
    [
      '2023-07, an evaluation',
      '{"current_steps": 500, "total_steps": 1200, "loss": null, "eval_loss": 1.25, "predict_loss": null, "reward": null, "learning_rate": null, "epoch": 4.2, "percentage": 42.02, "elapsed_time": "1 day, 2:03:04", "remaining_time": "2 days, 21:34:25"}',
      { step: 500, max_steps: 1200, eval_loss: 1.25, epoch: 4.2, progress_percent: 42.02, elapsed_seconds: 93_784 },
    ],
    [
      '0.6.2, accuracy',
      '{"current_steps": 5, "total_steps": 90, "loss": 0.6914, "eval_loss": null, "predict_loss": null, "reward": null, "accuracy": 0.5, "learning_rate": 1e-06, "epoch": 0.1, "percentage": 5.56, "elapsed_time": "0:00:09", "remaining_time": "0:02:33"}',
      {
        step: 5,
        max_steps: 90,
        loss: 0.6914,
        learning_rate: 1e-6,
        epoch: 0.1,
        progress_percent: 5.56,
        elapsed_seconds: 9,
        accuracy: 0.5,
      },
    ],
    [
      '0.7.1, absent keys are left out',
      '{"current_steps": 5, "total_steps": 90, "loss": 1.5, "learning_rate": 5e-05, "epoch": 0.1, "percentage": 5.56, "elapsed_time": "0:00:09", "remaining_time": "0:02:33"}',
      {
        step: 5,
        max_steps: 90,
        loss: 1.5,
        learning_rate: 5e-5,
        epoch: 0.1,
        progress_percent: 5.56,
        elapsed_seconds: 9,
      },
    ],
    [
      '0.8, throughput is a string',
      '{"current_steps": 5, "total_steps": 90, "loss": 1.5, "learning_rate": 5e-05, "epoch": 0.1, "percentage": 5.56, "elapsed_time": "0:00:09", "remaining_time": "0:02:33", "throughput": "1234.56", "total_tokens": 11111}',
      {
        step: 5,
        max_steps: 90,
        loss: 1.5,
        learning_rate: 5e-5,
        epoch: 0.1,
        progress_percent: 5.56,
        elapsed_seconds: 9,
        tokens_seen: 11_111,
        tokens_per_second: 1234.56,
      },
    ],
    [
      '0.9.0, throughput is a number, memory in GiB',
      '{"current_steps": 5, "total_steps": 90, "loss": 1.5, "learning_rate": 5e-05, "epoch": 0.1, "percentage": 5.56, "elapsed_time": "0:00:09", "remaining_time": "0:02:33", "throughput": 1234.56, "total_tokens": 11111, "vram_allocated": 2.5, "vram_reserved": 3}',
      {
        step: 5,
        max_steps: 90,
        loss: 1.5,
        learning_rate: 5e-5,
        epoch: 0.1,
        progress_percent: 5.56,
        elapsed_seconds: 9,
        tokens_seen: 11_111,
        tokens_per_second: 1234.56,
        vram_allocated_bytes: 2.5 * GIB,
        vram_reserved_bytes: 3 * GIB,
      },
    ],
    [
      '0.9.1, lr',
      '{"current_steps": 5, "total_steps": 90, "loss": 1.5, "lr": 5e-05, "epoch": 0.1, "percentage": 5.56, "elapsed_time": "0:00:09", "remaining_time": "0:02:33"}',
      {
        step: 5,
        max_steps: 90,
        loss: 1.5,
        learning_rate: 5e-5,
        epoch: 0.1,
        progress_percent: 5.56,
        elapsed_seconds: 9,
      },
    ],
    [
      'v1, other keys and bare NaN',
      '{"epoch": 0, "step": 24, "loss": NaN, "grad_norm": NaN, "learning_rate": 0.002, "total_steps": 120}',
      { step: 24, max_steps: 120, loss: Number.NaN, grad_norm: Number.NaN, learning_rate: 0.002, epoch: 0 },
    ],
    [
      'a closing line',
      '{"current_steps": 90, "total_steps": 90, "epoch": 2.0, "percentage": 100.0, "elapsed_time": "0:00:04", "remaining_time": "0:00:00"}',
      { step: 90, max_steps: 90, epoch: 2, progress_percent: 100, elapsed_seconds: 4 },
    ],
    [
      'progress of a prediction',
      '{"current_steps": 5, "total_steps": 60, "percentage": 8.33, "elapsed_time": "0:00:00", "remaining_time": "0:00:01"}',
      { step: 5, max_steps: 60, progress_percent: 8.33, elapsed_seconds: 0 },
    ],
  ])('%s', (_, line, record) => {
    expect(read(line)).toEqual([record]);
  });
});

describe('numbers', () => {
  it('may be anything but finite, in every spelling', () => {
    expect(
      read('{"step": 1, "loss": NaN, "eval_loss": -Infinity, "grad_norm": Infinity, "reward": "nan", "x": "-inf"}'),
    ).toEqual([
      {
        step: 1,
        loss: Number.NaN,
        eval_loss: Number.NEGATIVE_INFINITY,
        grad_norm: Number.POSITIVE_INFINITY,
        reward: Number.NaN,
        x: Number.NEGATIVE_INFINITY,
      },
    ]);
  });

  it('may be written as strings, as one stack or another does', () => {
    expect(read('{"step": "7", "total_steps": "90", "loss": "0.5", "percentage": "7.8"}')).toEqual([
      { step: 7, max_steps: 90, loss: 0.5, progress_percent: 7.8 },
    ]);
  });

  it('of unknown names are kept under them; what is no number is left out', () => {
    expect(
      read(
        '{"step": 1, "entropy": 0.4, "kl": null, "note": "warm", "on": true, "deep": {"loss": 5}, "list": [1], "loss": {"a": 1}, "rewards/x": 2}',
      ),
    ).toEqual([{ step: 1, entropy: 0.4, 'rewards/x': 2 }]);
  });

  it('of the line before never stay on', () => {
    expect(read('{"step": 1, "loss": 2, "x": 3}', '{"step": 2}')).toEqual([{ step: 1, loss: 2, x: 3 }, { step: 2 }]);
  });
});

describe('odd lines', () => {
  it('take the last of duplicate keys, as Python does', () => {
    expect(read('{"step": 1, "step": 2, "loss": 1.5, "loss": NaN}')).toEqual([{ step: 2, loss: Number.NaN }]);
  });

  it('cannot reach the prototype of anything', () => {
    const heard = collect(trainerLog, [
      '{"step": 1, "__proto__": {"loss": 0}, "constructor": 5, "toString": 6}\n{"step": 2, "__proto__": 7}\n',
    ]);
    expect(heard.records).toEqual([
      [
        ['step', 1],
        ['constructor', 5],
        ['toString', 6],
      ],
      [
        ['step', 2],
        ['__proto__', 7],
      ],
    ]);
    expect(({} as { loss?: number }).loss).toBeUndefined();
  });

  it('have an empty elapsed time, or one that is none', () => {
    expect(
      read('{"step": 1, "elapsed_time": ""}', '{"step": 2, "elapsed_time": 12}', '{"step": 3, "elapsed_time": "soon"}'),
    ).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  });

  it('are read through a byte-order mark, CRLF, blanks around them and blank lines between', () => {
    const heard = collect(trainerLog, ['\uFEFF{"step": 1}\r\n\r\n   \n\t{"step": 2} \n\n{"step": 3}\r\n']);
    expect(heard.records).toEqual([[['step', 1]], [['step', 2]], [['step', 3]]]);
    expect(heard).toMatchObject({ bad: [], lines: 6 });
  });

  it('are read through invalid UTF-8 inside a string', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"step": 1, "note": "'),
      Buffer.of(0xff, 0xc3, 0xe2, 0x82),
      Buffer.from('"}\n'),
    ]);
    expect(collect(trainerLog, [bytes])).toMatchObject({ records: [[['step', 1]]], bad: [], lines: 1 });
  });

  it('are read behind a hole of NULs, and a half line that a dead writer left spoils only itself', () => {
    const heard = collect(trainerLog, [
      Buffer.alloc(5000),
      '{"step": 1}\n',
      Buffer.alloc(3),
      '\n{"step": 2, "lo{"step": 3}\n{"step": 4}\n',
    ]);
    expect(heard.records).toEqual([[['step', 1]], [['step', 4]]]);
    expect(heard.bad).toEqual([['not-json', 3]]);
  });

  it('that are none are counted with their reason and number', () => {
    const heard = collect(trainerLog, [
      '{"step": 1}\nTraceback (most recent call last):\n{"loss": 1.5}\n{"step": NaN}\n{"step": null}\n{}\n[1]\n{"step": 2}\n',
    ]);
    expect(heard.records).toEqual([[['step', 1]], [['step', 2]]]);
    expect(heard.lines).toBe(8);
    expect(heard.bad).toEqual([
      ['not-json', 2],
      ['not-a-record', 3],
      ['not-a-record', 4],
      ['not-a-record', 5],
      ['not-a-record', 6],
      ['not-json', 7],
    ]);
  });

  it('go on being read after an end that was none', () => {
    const heard: unknown[] = [];
    const reader = trainerLog.open({
      record: (one) => heard.push(one.step),
      bad: (reason) => heard.push(reason),
      event() {},
      context() {},
      lines() {},
    });
    reader.push(Buffer.from('{"step": 1}\n{"st'));
    reader.end();
    reader.push(Buffer.from('oops\n{"step": 2}\n'));
    expect(heard).toEqual([1, 'incomplete', 'not-json', 2]);
  });

  it('are not taken for whole when they were cut off, whatever the line before left in memory', () => {
    const before = '{"current_steps": 10, "total_steps": 300, "loss": 2.5, "lr": 5e-05}';
    for (let length = 1; length < before.length; length++) {
      // in pieces, so that both are held, one in the place of the other
      const text = before.slice(0, length);
      const heard = collect(trainerLog, [before.slice(0, 5), `${before.slice(5)}\n`, text.slice(0, 1), text.slice(1)]);
      expect(heard.records, text).toHaveLength(1);
      expect(heard.bad, text).toEqual([['incomplete', 2]]);
    }
  });
});

it('does not take the closing brace of an earlier line for that of a line that lacks it', () => {
  const line = '{"current_steps": 1, "total_steps": 3, "loss": 1.5, "epoch": 0.1}';
  let records = 0;
  const reader = trainerLog.open({ record: () => records++, event() {}, context() {}, bad() {}, lines() {} });
  for (const part of [line, '\n', line.slice(0, -1)]) reader.push(Buffer.from(part));
  reader.settle();
  expect(records).toBe(1);
});
