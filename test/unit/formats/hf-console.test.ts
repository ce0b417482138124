import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/formats/format.ts';
import { hfConsole } from '../../../src/formats/hf-console.ts';
import { MAX_EVENT_TEXT } from '../../../src/model/run-event.ts';
import { collect, cut } from './collect.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/consoles', import.meta.url));
/** Step, kind and value of each record, as the run's own `trainer_state.json` has them; PPO's and v1's from their log. */
const TRUTH: Record<string, [number, 'loss' | 'eval_loss' | 'train_loss', number | string][]> = JSON.parse(
  readFileSync(`${FIXTURES}/steps.json`, 'utf8'),
);

const fixture = (name: string) => readFileSync(`${FIXTURES}/${name}.log`);
const bar = (count: number, total = 300) =>
  `\r ${Math.floor((100 * count) / total)}%|██   | ${count}/${total} [00:03<00:04, 38.03it/s]`;
const clear = `\r${' '.repeat(40)}\r`;
const dict = (loss: number | string, rest = '') => `{'loss': ${loss}, 'learning_rate': 5e-05${rest}}\n`;

function read(...texts: string[]) {
  return collect(hfConsole, texts);
}

function records(...texts: string[]): Record<string, number>[] {
  return read(...texts).records.map((entries) => Object.fromEntries(entries));
}

function steps(...texts: string[]): (number | undefined)[] {
  return records(...texts).map(({ step }) => step);
}

describe('real consoles', () => {
  it.each(Object.entries(TRUTH))('%s: every record has its step', (name, truth) => {
    const heard = collect(hfConsole, [fixture(name)]);
    expect(heard.bad).toEqual([]);
    const said = heard.records.map((entries) => Object.fromEntries(entries));
    expect(said.map(({ step }) => step)).toEqual(truth.map(([step]) => step));
    for (const [at, [, key, value]] of truth.entries()) {
      const [shown, exact] = [said[at]?.[key] as number, Number(value)];
      if (Number.isNaN(exact)) expect(shown).toBeNaN();
      else expect(Math.abs(shown - exact)).toBeLessThanOrEqual(1e-3 * Math.abs(exact) + 5e-5);
    }
  });

  it('end as they ended', () => {
    const events = (name: string) => collect(hfConsole, [fixture(name)]).events;
    expect(events('sft_lora')).toEqual([{ kind: 'finished', step: 120, text: null }]);
    expect(events('sft_sigint')).toEqual([{ kind: 'traceback', step: 130, text: 'KeyboardInterrupt' }]);
    expect(events('ppo')).toEqual([]);
    expect(events('v1_nan')).toEqual([{ kind: 'step-skipped', step: 23, text: 'Gradient norm is not finite: nan' }]);
  });

  it('say how the run is configured', () => {
    expect(collect(hfConsole, [fixture('sft_lora')]).context).toEqual({
      trainer: 'llamafactory',
      model: 'model/tiny-llama',
      finetuning_type: 'lora',
      flash_attn: 'sdpa',
      gradient_accumulation_steps: 2,
      max_steps: 120,
    });
    expect(collect(hfConsole, [fixture('v1_nan')]).context).toMatchObject({
      trainer: 'llamafactory-v1',
      finetuning_type: 'full',
    });
    expect(collect(hfConsole, [fixture('ppo')]).context).toMatchObject({ trainer: 'llamafactory', stage: 'ppo' });
  });

  it.each(Object.keys(TRUTH))('%s is the same however it is cut', (name) => {
    const bytes = fixture(name);
    const whole = collect(hfConsole, [bytes]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 300 }), (places) => {
        expect(collect(hfConsole, cut(bytes, places))).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

describe('records', () => {
  it('are dicts in every spelling', () => {
    expect(
      records(
        "{'loss': 0.5, 'grad_norm': nan, 'learning_rate': np.float64(5e-05), 'epoch': 0.03, 'kl': None, 'on': True}\n",
        "{'loss': '1.771e+04', 'grad_norm': 'inf', 'num_input_tokens_seen': 30560, 'epoch': '0.06'}\n",
      ),
    ).toEqual([
      { step: 1, loss: 0.5, grad_norm: Number.NaN, learning_rate: 5e-5, epoch: 0.03 },
      { step: 2, loss: 17_710, grad_norm: Number.POSITIVE_INFINITY, tokens_seen: 30_560, epoch: 0.06 },
    ]);
  });

  it('stand anywhere: behind words, bars and colours, before a bar', () => {
    expect(
      records(
        `11/11/2023 - INFO - __main__ - ${dict(1)}`,
        `${bar(5)}\x1b[32m{'loss': 2}\x1b[0m${bar(6)}\n`,
        `\x1b[A{'loss': 3} 3%|██   | 7/300 [00:03<00:04, 38.03it/s]\n`,
      ).map(({ loss }) => loss),
    ).toEqual([1, 2, 3]);
  });

  it('are not the dicts that other lines hold', () => {
    const heard = read(
      "{'task': {'name': 'Causal Language Modeling'}}\n{'eos_token_id': 2}\nDropping entry: {'batch/loss': 1}\n",
      "{'train_runtime': 5.0, 'epoch': 1}\n{'weights': {'loss': 1}}\n[{'loss': 1, 'step': 1}, {'loss': 2, 'step': 2}]\n",
    );
    expect(heard).toMatchObject({ records: [], bad: [] });
  });

  it('under LLaMA Board come twice and count once, with what either has', () => {
    const logged =
      "[INFO|2026] llamafactory.train.callbacks:144 >> {'loss': 6.0671, 'learning_rate': 4.9973e-03, 'epoch': 0.06, 'throughput': 7466.67}\n";
    const printed = "{'loss': '6.067', 'grad_norm': 'nan', 'learning_rate': '0.004997', 'epoch': '0.05556'}\n";
    const both = {
      step: 5,
      max_steps: 270,
      loss: 6.067,
      grad_norm: Number.NaN,
      learning_rate: 0.004997,
      epoch: 0.05556,
      throughput: 7466.67,
    };
    expect(records(logged, clear, printed, bar(5, 270), '\n')).toEqual([both]);
    expect(records(printed, logged, bar(5, 270), '\n')).toEqual([both]);
  });

  it('of v1 hold their step', () => {
    expect(
      records(
        '[INFO] logging_callback:107 >> epoch: 0, step: 24, loss: nan, grad_norm: 2.5, learning_rate: 0.002, total_steps: 120\n',
      ),
    ).toEqual([{ step: 24, max_steps: 120, loss: Number.NaN, grad_norm: 2.5, learning_rate: 0.002, epoch: 0 }]);
  });

  it('that are broken are counted, at the end of the file as cut off', () => {
    expect(read("{'loss': 0.5, 'grad{'loss': 1}\n{'loss': 2}\n{'loss': 0.5, 'gr")).toMatchObject({
      bad: [
        ['not-a-record', 1],
        ['incomplete', 3],
      ],
      lines: 2,
    });
  });

  it('that were cut off at the end of the file are incomplete, wherever they were cut', () => {
    const rest = "{'loss': 0.25, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': '0.5'}";
    for (let length = "{'loss'".length; length < rest.length; length++) {
      const heard = read(dict(0.5), rest.slice(0, length));
      expect(heard.records).toHaveLength(1);
      expect(heard.bad, rest.slice(0, length)).toEqual([['incomplete', 2]]);
    }
  });

  it('that were cut off behind a gradient norm that is not finite tell of it, without the value that may not be whole', () => {
    const rest = "{'loss': 0.25, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': '0.5'}";
    for (let length = "{'loss'".length; length < rest.length; length++) {
      const heard = read(dict(0.5), rest.slice(0, length));
      const isTold = length > rest.indexOf('nan,') + 3;
      const rate = length > rest.indexOf('5e-05,') + 5 ? { learning_rate: 5e-5 } : {};
      const told = isTold ? [{ step: 2, loss: 0.25, grad_norm: Number.NaN, ...rate }] : [];
      expect(
        heard.records.slice(1).map((record) => Object.fromEntries(record)),
        rest.slice(0, length),
      ).toEqual(told);
      expect(heard.bad, rest.slice(0, length)).toEqual([['incomplete', 2]]);
    }
  });

  it('of v1 that were cut off at the end of the file lack the value that may not be whole', () => {
    const line = '[INFO] logging_callback:107 >> epoch: 0, step: 24, loss: 1.25, grad_norm: 2.5, total_steps: 120';
    const whole = { step: 24, max_steps: 120, loss: 1.25, grad_norm: 2.5, epoch: 0 };
    for (let length = line.indexOf('step'); length <= line.length; length++) {
      for (const record of records(line.slice(0, length))) expect(whole).toMatchObject(record);
    }
    expect(records(line)).toEqual([{ step: 24, loss: 1.25, grad_norm: 2.5, epoch: 0 }]);
  });

  it('have no way to the prototype of anything', () => {
    expect(records("{'loss': 1, '__proto__': 5}\n")).toEqual([
      Object.fromEntries([
        ['step', 1],
        ['loss', 1],
        ['__proto__', 5],
      ]),
    ]);
  });
});

describe('steps', () => {
  it('stand in the bar after the record, not in the one before', () => {
    expect(steps(bar(17), clear, dict(1), bar(20), bar(22), clear, dict(2), bar(25), '\n')).toEqual([20, 25]);
  });

  it('go back when a run is resumed in the same console', () => {
    expect(steps(dict(1), bar(160), '\n', bar(0), dict(2), bar(105), '\n', dict(3), bar(110), '\n')).toEqual([
      160, 105, 110,
    ]);
  });

  it('are not those of other bars', () => {
    const nested = (count: number) => `\n\r 0%|   | ${count}/10 [00:00<?, ?it/s]\x1b[A`;
    expect(
      records(
        '\rMap:  50%|██   | 400/800 [00:00<00:00, 99 examples/s]\n',
        dict(1),
        '\rLoading checkpoint shards:  50%|██   | 1/2 [00:00<00:00, 99it/s]',
        bar(20),
        nested(0),
        clear,
        "\x1b[A{'eval_loss': 5}\n",
        nested(10),
        bar(20),
        nested(10),
        clear,
        dict(2),
        bar(21),
        '\n',
      ).map(({ step, max_steps }) => [step, max_steps]),
    ).toEqual([
      [20, 300],
      [20, 300],
      [21, 300],
    ]);
  });

  it('are counted where there are no bars; an evaluation has the step of the last', () => {
    expect(steps(dict(1), dict(2), "{'eval_loss': 5}\n", dict(3), "{'train_loss': 2, 'epoch': 1}\n")).toEqual([
      1, 2, 2, 3, 3,
    ]);
  });

  it('follow from the epoch where the console says how long one is', () => {
    const head =
      '[INFO] >> ***** Running training *****\n  Num examples = 1,440\n  Total train batch size = 16\n  Total optimization steps = 270\n';
    expect(
      steps(
        head,
        dict(1, ", 'epoch': 0.06"),
        dict(2, ", 'epoch': 0.11"),
        "{'eval_loss': 5, 'epoch': 0.11}\n",
        dict(3, ", 'epoch': 0.17"),
      ),
    ).toEqual([5, 10, 10, 15]);
  });

  it('follow from the bars that were redrawn where a buffer held the records back', () => {
    const drawn = [10, 20, 30, 40].map((count) => `${bar(count - 1, 45)}${clear}${bar(count, 45)}`).join('');
    const last = `${bar(45, 45)}${clear}${bar(45, 45)}\n`;
    expect(steps(drawn, last, dict(1), dict(2), dict(3), dict(4), "{'train_loss': 2, 'epoch': 1}\n")).toEqual([
      10, 20, 30, 40, 45,
    ]);
  });

  it('are told at once when the bar is there, before its piece ends', () => {
    const text = `${dict(1)}${bar(10)}\n${dict(2)}${bar(20)}`;
    expect(collect(hfConsole, [text], { end: false }).records.map(([first]) => first)).toEqual([
      ['step', 10],
      ['step', 20],
    ]);
  });

  it('are told at once, too, where no bar stood before, as in a piece that rotation cut off', () => {
    expect(collect(hfConsole, [`${dict(2)}${bar(7)}`], { end: false }).records.map(([step]) => step)).toEqual([
      ['step', 7],
    ]);
  });

  it('are given without a bar when nothing has come for long', () => {
    const said: (number | null)[] = [];
    const reader = hfConsole.open({
      record: ({ step }) => said.push(step),
      event() {},
      context() {},
      bad() {},
      lines() {},
    });
    reader.push(Buffer.from(`${dict(1)}${bar(10)}\n${dict(2)}${bar(20)}\n${dict(3).trimEnd()}`));
    reader.settle();
    expect(said).toEqual([10, 20, 30]);
    reader.push(Buffer.from(`\n${bar(30)}\n`));
    reader.end();
    expect(said).toEqual([10, 20, 30]);
  });
});

describe('events', () => {
  const traceback = (last: string, rank = '') =>
    ['Traceback (most recent call last):', '  File "train.py", line 3, in <module>', '    main()', '    ^^^^^^', last]
      .map((line) => `${rank}${line}\n`)
      .join('');
  const events = (...texts: string[]) => read(...texts).events;

  it('are tracebacks, by their last line', () => {
    expect(events(dict(1), bar(7), traceback('ValueError: no'), 'more\n')).toEqual([
      { kind: 'traceback', step: 7, text: 'ValueError: no' },
    ]);
    expect(events(traceback('KeyboardInterrupt'))).toEqual([
      { kind: 'traceback', step: null, text: 'KeyboardInterrupt' },
    ]);
  });

  it('are one for a chain, and one for several ranks', () => {
    const chain = `${traceback('KeyError: 1')}\nDuring handling of the above exception, another exception occurred:\n\n${traceback('RuntimeError: 2')}`;
    expect(events(chain)).toEqual([{ kind: 'traceback', step: null, text: 'RuntimeError: 2' }]);
    expect(events(traceback('RuntimeError: 2', '[rank0]: '), traceback('RuntimeError: 3', '[rank1]: '))).toHaveLength(
      1,
    );
  });

  it('are memory that ran out, once', () => {
    const text = 'CUDA out of memory. Tried to allocate 2.00 GiB.';
    expect(
      events(
        traceback(`torch.OutOfMemoryError: ${text}`, '[rank0]: '),
        traceback(`torch.cuda.OutOfMemoryError: ${text}`, '[rank1]: '),
      ),
    ).toEqual([{ kind: 'out-of-memory', step: null, text: `torch.OutOfMemoryError: ${text}` }]);
    expect(events(`skipped a batch: ${text}\n`)).toMatchObject([{ kind: 'out-of-memory' }]);
    expect(events('RuntimeError: CUDA error: out of memory\n')).toMatchObject([{ kind: 'out-of-memory' }]);
  });

  it("are DeepSpeed's skipped steps, and its end", () => {
    const skip = (scale: number) =>
      `[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: ${scale}, reducing to ${scale / 2}\n`;
    expect(
      events(
        dict(1),
        bar(7),
        '\n',
        skip(8),
        skip(4),
        traceback('Exception: Current loss scale already at minimum - cannot decrease scale anymore. Exiting run.'),
      ),
    ).toMatchObject([
      { kind: 'step-skipped', step: 7, text: 'OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 8, reducing to 4' },
      { kind: 'step-skipped', step: 7 },
      { kind: 'loss-scale-minimum', step: 7 },
    ]);
  });

  it('come in their order', () => {
    const said: string[] = [];
    const reader = hfConsole.open({
      record: ({ step }) => said.push(`${step}`),
      event: ({ kind }) => said.push(kind),
      context() {},
      bad() {},
      lines() {},
    });
    reader.push(Buffer.from(`${dict(1)}${traceback('ValueError: a')}${dict(2)}{'train_loss': 2}\n`));
    reader.end();
    expect(said).toEqual(['1', 'traceback', '2', '2', 'finished']);
  });

  it('have a text that is short and gives no secret away', () => {
    const [event] = events(
      traceback(`OSError: 401 https://me:pass@host/x hf_abcdefghijklmnop token=abcdefgh ${'x'.repeat(1000)}`),
    );
    expect(event?.text).toHaveLength(MAX_EVENT_TEXT);
    expect(event?.text).not.toMatch(/pass|abcdefgh/);
  });

  it('go on after a traceback that ended nothing', () => {
    expect(steps(traceback('ImportError: no flash_attn'), dict(1), bar(5), '\n')).toEqual([5]);
  });
});

describe('the configuration', () => {
  it.each<[string, object]>([
    ['Process rank: 0, device: cuda:0, compute dtype: torch.bfloat16', { precision: 'bf16' }],
    ['Process rank: 0, device: cuda:0, compute dtype: torch.float16', { precision: 'fp16' }],
    ['Process rank: 0, device: cpu, compute dtype: None', {}],
    ['Quantizing model to 4 bit with bitsandbytes.', { quantization_bit: 4, quantization_method: 'bnb' }],
    ['Loading 4-bit GPTQ-quantized model.', { quantization_bit: 4, quantization_method: 'gptq' }],
    ['Fine-tuning method: LoRA', { finetuning_type: 'lora' }],
    ['Fine-tuning method: Full', { finetuning_type: 'full' }],
    ['Using FlashAttention-2 for faster training and inference.', { flash_attn: 'fa2' }],
    ['Liger kernel has been applied to the model.', { liger_kernel: true }],
    ['==((====))==  Unsloth 2024.8: Fast Llama patching.', { unsloth: true }],
    ['   Gradient Accumulation steps = 8', { gradient_accumulation_steps: 8 }],
    ['[config.py:1001:print]   zero_optimization_stage ...... 2', { deepspeed_stage: 2 }],
    ['[config.py:1001:print]   bfloat16_enabled ............. True', { precision: 'bf16' }],
    [
      'loading configuration file /root/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/a1b2/config.json',
      { model: 'Qwen/Qwen2.5-7B' },
    ],
    ['Using auto half precision backend', {}],
  ])('%s', (line, context) => {
    expect(read(`[INFO|x.py:1] 2026-11-24 >> ${line}\n`).context).toEqual(context);
  });
});

describe('what is no console', () => {
  it('is said once of a binary file, which costs nothing more', () => {
    const bytes = Buffer.from(Array.from({ length: 1 << 20 }, (_, at) => (at * 7919) % 256));
    expect(collect(hfConsole, [bytes, bytes]).bad).toEqual([['binary', expect.any(Number)]]);
    expect(collect(hfConsole, cut(bytes, [10, 4095, 4096, 5000]))).toEqual(collect(hfConsole, [bytes]));
  });

  it('is a hole of NULs before the text', () => {
    expect(collect(hfConsole, [Buffer.alloc(100_000), dict(1)])).toMatchObject({
      records: [expect.anything()],
      bad: [],
    });
  });

  it('is a piece that is too long: said once, and reading goes on behind it', () => {
    for (const end of ['\r', '\n']) {
      const heard = read(dict(1), 'x'.repeat(3 * MAX_LINE_BYTES), end, dict(2));
      expect(heard.records).toHaveLength(2);
      expect(heard.bad).toEqual([['oversize', 2]]);
    }
  });

  it.each([
    ['dicts that break', "{'loss': ".repeat(100_000)],
    ['brackets', `{'loss': ${'['.repeat(900_000)}`],
    ['strings that never end', `{'loss': '${"\\'".repeat(400_000)}`],
    ['percentages', '45%|'.repeat(200_000)],
    ['markers', '>> CUDA OVERFLOW! '.repeat(50_000)],
  ])('spends no more than a moment on %s', (_, text) => {
    const begun = performance.now();
    read(`${text}\n`);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('counts lines by their newlines, whatever stands between carriage returns', () => {
    expect(read(`a\r\nb\r\r\n\n${bar(1)}${bar(2)}\nrest`).lines).toBe(4);
  });
});
