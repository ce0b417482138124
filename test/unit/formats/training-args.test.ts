import { describe, expect, it } from 'vitest';
import { trainingArgs } from '../../../src/formats/training-args.ts';
import { collect } from './collect.ts';
import { contextOf, describeDocument, realFile } from './documents.ts';

const real = (run: string) => contextOf(trainingArgs, realFile(`${run}/training_args.yaml`));
const read = (...lines: string[]) => contextOf(trainingArgs, ['finetuning_type: lora', ...lines].join('\n'));

it('is found by its name', () => {
  expect(trainingArgs.matches('training_args.yaml')).toBe(true);
  for (const name of ['training_args.bin', 'my_training_args.yaml', 'training_args.yml', 'args.json', '']) {
    expect(trainingArgs.matches(name), name).toBe(false);
  }
});

describe('files that LLaMA Board wrote', () => {
  it('a plain run: what it leaves out is off', () => {
    expect(real('board_sft')).toEqual({
      model: 'model/tiny-llama',
      stage: 'sft',
      finetuning_type: 'lora',
      quantization_bit: 0,
      unsloth: false,
      liger_kernel: false,
      flash_attn: 'auto',
      deepspeed_stage: 0,
      learning_rate: 0.005,
      lr_scheduler_type: 'cosine',
      warmup_steps: 0,
      gradient_accumulation_steps: 2,
      logging_steps: 5,
      save_steps: 50,
      max_grad_norm: 1,
      optim: 'adamw_torch',
      trainer: 'llamafactory',
    });
  });

  it('Unsloth with 4 bits', () => {
    expect(real('board_cfg_unsloth_q4')).toMatchObject({
      model: 'Qwen/Qwen3-4B-Instruct-2507',
      precision: 'bf16',
      quantization_bit: 4,
      quantization_method: 'bnb',
      unsloth: true,
      liger_kernel: false,
      deepspeed_stage: 0,
    });
  });

  it('Liger with DeepSpeed, whose stage is in the name of its file', () => {
    expect(real('board_cfg_liger_ds3')).toMatchObject({
      finetuning_type: 'full',
      unsloth: false,
      liger_kernel: true,
      deepspeed_stage: 3,
    });
  });
});

describe('single arguments', () => {
  it.each([
    ['bf16: true', 'bf16'],
    ['fp16: true', 'fp16'],
    ['fp16: "True"', 'fp16'],
    ['pure_bf16: true', 'pure_bf16'],
    ['bf16: false\nfp16: false', undefined],
    ['bf16: false', undefined],
    ['bf16: perhaps', undefined],
  ])('precision of %j is %s', (text, precision) => {
    expect(read(text).precision).toBe(precision);
  });

  it.each([
    ['quantization_bit: 8', { quantization_bit: 8 }],
    ['quantization_bit: "4"\nquantization_method: bitsandbytes', { quantization_bit: 4, quantization_method: 'bnb' }],
    ['quantization_method: bnb', { quantization_bit: 0 }],
    ['model_name_or_path: Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4', {}],
    ['model_name_or_path: unsloth/llama-3-8b-bnb-4bit', {}],
    ['model_name_or_path: saves/checkpoint-400', { quantization_bit: 0 }],
    ['quantization_bit: -4', {}],
    ['quantization_bit: 4.5', {}],
    ['quantization_bit: [4]', {}],
  ])('quantization of %j is %j', (text, expected) => {
    const { quantization_bit, quantization_method } = read(text);
    expect(JSON.parse(JSON.stringify({ quantization_bit, quantization_method }))).toEqual(expected);
  });

  it.each([
    ['cache/ds_z2_config.json', 2],
    ['llamaboard_cache/ds_z3_offload_config.json', 3],
    ['examples/deepspeed/ds_z0_config.json', 0],
    ['C:\\ds\\zero_stage3.json', 3],
    ['deepspeed/zero2.json', 2],
    ['my_zebra_config.json', undefined],
    ['z3/config.json', undefined],
    ['stage-30.json', undefined],
    ['{zero_optimization: {stage: 1}}', 1],
    ['{zero_optimization: 1}', undefined],
    ['7', undefined],
  ])('ZeRO stage of %s is %s', (deepspeed, stage) => {
    expect(read(`deepspeed: ${deepspeed}`).deepspeed_stage).toBe(stage);
  });

  it('steps below 1 are a share', () => {
    expect(read('warmup_steps: 0.1', 'logging_steps: 0.01', 'save_steps: 0.5')).toMatchObject({ warmup_ratio: 0.1 });
    expect(read('warmup_steps: 0.1')).not.toHaveProperty('warmup_steps');
    expect(read('logging_steps: 0.01')).not.toHaveProperty('logging_steps');
    expect(read('warmup_ratio: 0.03', 'warmup_steps: 20')).toMatchObject({ warmup_ratio: 0.03, warmup_steps: 20 });
  });

  it('steps between saves count only when saving goes by steps', () => {
    expect(read('save_steps: 500', 'save_strategy: epoch')).not.toHaveProperty('save_steps');
    expect(read('save_steps: 500', 'save_strategy: steps').save_steps).toBe(500);
  });

  it('max_steps of -1 is none', () => {
    expect(read('max_steps: -1')).not.toHaveProperty('max_steps');
    expect(read('max_steps: 300').max_steps).toBe(300);
  });

  it('a value of the wrong type says nothing', () => {
    const context = read(
      'model_name_or_path: [a, b]',
      'stage: 3',
      'learning_rate: fast',
      'use_unsloth: 4',
      'logging_nan_inf_filter: {}',
      'max_grad_norm: .nan',
      'lr_scheduler_type: null',
      'optim: true',
    );
    for (const key of [
      'model',
      'stage',
      'learning_rate',
      'unsloth',
      'logging_nan_inf_filter',
      'max_grad_norm',
      'optim',
    ])
      expect(context).not.toHaveProperty(key);
  });

  it('numbers may be text, as YAML 1.1 has it', () => {
    expect(read('learning_rate: "5e-5"', 'logging_nan_inf_filter: false')).toMatchObject({
      learning_rate: 5e-5,
      logging_nan_inf_filter: false,
    });
  });

  it.each([
    ['https://user:secret@models.example/llama?token=abc', 'https://models.example/llama'],
    ['https://hf_token@models.example/org/m@rev', 'https://models.example/org/m@rev'],
    ['/data/models/what?/llama', '/data/models/what?/llama'],
    ['C:\\models\\llama', 'C:\\models\\llama'],
    ['"a\\tb\\nc"', 'a b c'],
    [`"${'m'.repeat(300)}"`, 'm'.repeat(200)],
    [`"${'m'.repeat(199)}😀"`, 'm'.repeat(199)],
  ])('model %s is told as %s', (model, told) => {
    expect(read(`model_name_or_path: ${model}`).model).toBe(told);
  });
});

it('says nothing of what is absent in a file of another program', () => {
  expect(contextOf(trainingArgs, 'learning_rate: 0.001\noutput_dir: out\n')).toEqual({ learning_rate: 0.001 });
});

describe('YAML that means harm', () => {
  const laughs = Array.from({ length: 10 }, (_, depth) => {
    const inner = depth === 0 ? 'lol' : `*a${depth - 1}`;
    return `a${depth}: &a${depth} [${Array(10).fill(inner).join(', ')}]`;
  }).join('\n');

  it.each([
    ['a bomb of aliases', laughs],
    ['thousands of aliases', `a: &a 1\nb:\n${'- *a\n'.repeat(8_000)}`],
    ['brackets', `a: ${'['.repeat(60_000)}`],
    ['braces', '{'.repeat(60_000)],
    ['dashes', '- '.repeat(30_000)],
    ['quotes', '"'.repeat(60_000)],
    ['a string that never ends', `a: "${'x\\'.repeat(30_000)}`],
    ['directives', '%a\n'.repeat(20_000)],
    ['anchors', '&a\n'.repeat(20_000)],
    ['several documents', '---\na: 1\n---\nb: 2\n'],
    ['bytes', '\u0000\u0001\u0002'],
  ])('refuses %s, once and quickly', (_, text) => {
    const begun = performance.now();
    expect(collect(trainingArgs, [text])).toMatchObject({ context: {}, bad: [['not-yaml', 1]], lines: 1 });
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('spends no square of time on keys', () => {
    const begun = performance.now();
    contextOf(trainingArgs, 'a: 1\n'.repeat(12_000));
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('takes anchors, aliases and tags for the plain values that they stand for', () => {
    expect(
      read(
        'learning_rate: &rate 0.001',
        'max_grad_norm: *rate',
        'optim: !!python/object/apply:os.system ["rm"]',
        'stage: !!js/function sft',
        'lr_scheduler_type: !mine cosine',
        '__proto__: {unsloth: true}',
      ),
    ).toMatchObject({
      learning_rate: 0.001,
      max_grad_norm: 0.001,
      stage: 'sft',
      lr_scheduler_type: 'cosine',
      unsloth: false,
    });
    expect(({} as Record<string, unknown>).unsloth).toBeUndefined();
  });
});

describe('every document', () => {
  describeDocument(trainingArgs, { real: realFile('board_cfg_unsloth_q4/training_args.yaml'), reason: 'not-yaml' });
});
