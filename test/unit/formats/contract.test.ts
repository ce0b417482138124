import { expect, it } from 'vitest';
import { FORMATS, formatOf } from '../../../src/formats/index.ts';
import { describeFormat, type Samples } from './contract.ts';

/** One entry for each format, by its name. */
const SAMPLES: Readonly<Record<string, Samples>> = {
  'trainer-log': {
    lines: [
      '{"current_steps": 1, "total_steps": 300, "loss": 7.6, "lr": 0.0, "epoch": 0.003, "percentage": 0.33, "elapsed_time": "0:00:03"}',
      '{"current_steps": 2, "total_steps": 300, "loss": NaN, "lr": 3e-05, "note": "Ünïcode 训练 \\"NaN\\" {}"}',
      '{"current_steps": 3, "total_steps": 300, "eval_loss": Infinity, "epoch": 0.01}',
    ],
    names: ['trainer_log.jsonl'],
    otherNames: ['trainer_log.json', 'my_trainer_log.jsonl', 'trainer_log.jsonl.1', 'trainer_state.json', ''],
  },
};

it('has samples of every format', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(FORMATS.map(({ name }) => name).sort());
});

it.each(Object.entries(SAMPLES))(
  'finds %s by the names of its files, and no other format claims them',
  (name, samples) => {
    for (const file of samples.names)
      expect(FORMATS.filter((one) => one.matches(file)).map((one) => one.name)).toEqual([name]);
    for (const file of samples.names) expect(formatOf(file)?.name).toBe(name);
  },
);

for (const format of FORMATS) describeFormat(format, SAMPLES[format.name] as Samples);
