import { describe, expect, it } from 'vitest';
import { llamaboardConfig } from '../../../src/formats/llamaboard-config.ts';
import { contextOf, describeDocument, realFile } from './documents.ts';

const real = (run: string) => contextOf(llamaboardConfig, realFile(`${run}/llamaboard_config.yaml`));
const read = (...lines: string[]) => contextOf(llamaboardConfig, lines.join('\n'));

it('is found by its name', () => {
  expect(llamaboardConfig.matches('llamaboard_config.yaml')).toBe(true);
  for (const name of ['llamaboard_config.yml', 'config.yaml', '']) expect(llamaboardConfig.matches(name)).toBe(false);
});

describe('files that LLaMA Board wrote', () => {
  it('a plain run of a custom model, whose path the form does not keep', () => {
    expect(real('board_sft')).toEqual({
      stage: 'sft',
      finetuning_type: 'lora',
      precision: 'fp32',
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
      model: 'Qwen3-4B-Instruct',
      precision: 'bf16',
      quantization_bit: 4,
      quantization_method: 'bnb',
      unsloth: true,
      deepspeed_stage: 0,
    });
  });

  it('Liger with DeepSpeed', () => {
    expect(real('board_cfg_liger_ds3')).toMatchObject({ unsloth: false, liger_kernel: true, deepspeed_stage: 3 });
  });

  it('says what training_args.yaml says, as far as both know', async () => {
    const { trainingArgs } = await import('../../../src/formats/training-args.ts');
    for (const run of ['board_sft', 'board_cfg_unsloth_q4', 'board_cfg_liger_ds3']) {
      const { model, precision, ...form } = real(run);
      const args = contextOf(trainingArgs, realFile(`${run}/training_args.yaml`));
      expect(args).toMatchObject(form);
      // the arguments have no word for what the form calls fp32
      expect(args.precision).toBe(precision === 'fp32' ? undefined : precision);
    }
  });
});

describe('single fields', () => {
  it.each([
    ['Supervised Fine-Tuning', 'sft'],
    ['Reward Modeling', 'rm'],
    ['Pre-Training', 'pt'],
    ['PPO', 'ppo'],
    ['DPO', 'dpo'],
    ['KTO', 'kto'],
    ['ORPO', 'orpo'],
    ['constructor', undefined],
    ['Something New', undefined],
  ])('stage %s is %s', (form, stage) => {
    expect(read(`train.training_stage: ${form}`).stage).toBe(stage);
  });

  it('boosters', () => {
    expect(read('top.booster: flashattn2')).toMatchObject({ flash_attn: 'fa2', unsloth: false, liger_kernel: false });
    expect(read('top.booster: none')).toMatchObject({ flash_attn: 'auto', unsloth: false });
    expect(read('top.booster: [unsloth]')).toEqual({ trainer: 'llamafactory' });
  });

  it('what another version had no field for is unknown', () => {
    expect(read('top.finetuning_type: full')).toEqual({ finetuning_type: 'full', trainer: 'llamafactory' });
  });

  it('the words of none', () => {
    expect(read('top.quantization_bit: none', 'train.ds_stage: none')).toMatchObject({
      quantization_bit: 0,
      deepspeed_stage: 0,
    });
    const named = read('top.quantization_bit: none', 'top.model_name: Qwen2.5-7B-Instruct-AWQ');
    expect(named).not.toHaveProperty('quantization_bit');
  });

  it('further arguments stand above the form', () => {
    expect(
      read('train.max_grad_norm: "1.0"', `train.extra_args: '{"optim": "adamw_8bit", "max_grad_norm": 0.3}'`),
    ).toEqual({
      optim: 'adamw_8bit',
      max_grad_norm: 0.3,
    });
    expect(read('train.max_grad_norm: 1', "train.extra_args: '{'")).toEqual({ max_grad_norm: 1 });
  });

  it('values that are no words', () => {
    expect(read('train.ds_stage: {toString: 1}', 'train.compute_type: [bf16]', 'train.learning_rate: {}')).toEqual({});
  });
});

describe('every document', () => {
  describeDocument(llamaboardConfig, {
    real: realFile('board_cfg_unsloth_q4/llamaboard_config.yaml'),
    reason: 'not-yaml',
  });
});
