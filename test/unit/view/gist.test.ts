import { expect, it } from 'vitest';
import { gistOf, groupSources } from '../../../src/view/gist.ts';

it('says in a few words what tells runs apart, and only what is known', () => {
  const quantized = { quantization_bit: 4, quantization_method: 'bnb' };
  expect(gistOf({ stage: 'sft', finetuning_type: 'lora', precision: 'bf16', unsloth: true, ...quantized })).toEqual([
    'sft',
    'lora',
    'bf16',
    '4-bit bnb',
    'Unsloth',
  ]);
  expect(gistOf({ precision: 'fp16', quantization_bit: 0, unsloth: false })).toEqual(['fp16']);
  expect(gistOf({ quantization_method: 'gptq' })).toEqual(['gptq']);
  expect(gistOf({ quantization_bit: 8 })).toEqual(['8-bit']);
  expect(gistOf({})).toEqual([]);
});

it('gathers sources by format, checkpoints in the order of their steps', () => {
  const state = (folder: string) => ({ path: `${folder}trainer_state.json`, format: 'trainer-state', records: 1 });
  const events = (name: string) => ({ path: `runs/a/${name}`, format: 'tensorboard', records: 1 });
  const groups = groupSources([
    { path: 'trainer_log.jsonl', format: 'trainer-log', records: 3 },
    events('events.out.tfevents.12.host'),
    events('events.out.tfevents.13.host'),
    state('checkpoint-100/'),
    state('checkpoint-20/'),
  ]);
  expect(groups.map(({ format, name }) => [format, name])).toEqual([
    ['trainer-log', 'trainer_log.jsonl'],
    ['tensorboard', 'events.out.tfevents.1…'],
    ['trainer-state', 'trainer_state.json'],
  ]);
  expect(groups[2]?.sources.map(({ path }) => path)).toEqual([
    'checkpoint-20/trainer_state.json',
    'checkpoint-100/trainer_state.json',
  ]);
});
