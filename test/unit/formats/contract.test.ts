import { expect, it } from 'vitest';
import type { Format } from '../../../src/formats/format.ts';
import { hfConsole } from '../../../src/formats/hf-console.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { describeFormat, describeLineFormat, type LineSamples, type Samples } from './contract.ts';

/** One entry for each format, by its name. */
const SAMPLES: Readonly<Record<string, Samples | LineSamples>> = {
  'trainer-log': {
    lines: [
      '{"current_steps": 1, "total_steps": 300, "loss": 7.6, "lr": 0.0, "epoch": 0.003, "percentage": 0.33, "elapsed_time": "0:00:03"}',
      '{"current_steps": 2, "total_steps": 300, "loss": NaN, "lr": 3e-05, "note": "Ünïcode 训练 \\"NaN\\" {}"}',
      '{"current_steps": 3, "total_steps": 300, "eval_loss": Infinity, "epoch": 0.01}',
    ],
    names: ['trainer_log.jsonl'],
    otherNames: ['trainer_log.json', 'my_trainer_log.jsonl', 'trainer_log.jsonl.1', 'trainer_state.json', ''],
  },
  'hf-console': {
    whole: Buffer.from(
      [
        '[INFO|2026-11-24] llamafactory.hparams.parser:651 >> Process rank: 0, compute dtype: torch.bfloat16\n',
        '[INFO|trainer.py:1571] 2026-11-24 >>   Total optimization steps = 300\r\n',
        '\r  0%|          | 0/300 [00:00<?, ?it/s]\r  1%|          | 2/300 [00:01<03:00,  1.65it/s]',
        "\r        \r{'loss': 7.6, 'grad_norm': nan, 'learning_rate': 5e-05, 'Ünïcode 训练': 0.5, 'epoch': 0.01}\n",
        '\r  1%|▏         | 3/300 [00:01<03:00,  1.65it/s]\r  2%|▏         | 5/300 [00:02<03:00,  1.65it/s]',
        "\r        \r{'loss': '0', 'grad_norm': 'inf', 'learning_rate': '5e-05', 'epoch': '0.02'}\n",
        '\r  2%|▏         | 6/300 [00:03<03:00,  1.65it/s]',
        '\n\r  0%|          | 0/10 [00:00<?, ?it/s]\x1b[A\n\r100%|██████████| 10/10 [00:00<00:00, 99it/s]\x1b[A',
        "\r        \r\x1b[A{'eval_loss': '5.6', 'eval_runtime': '0.05', 'epoch': '0.02'}\n",
        '\r  2%|▏         | 6/300 [00:03<03:00,  1.65it/s]\n',
        'Traceback (most recent call last):\n  File "train.py", line 1, in <module>\nValueError: 训练\n\n',
      ].join(''),
    ),
    records: 3,
    readsOn: true,
    names: ['train.log', 'nohup.out', 'webui_subprocess.log', 'running_log.txt', 'train.log.1', 'train.log-20261124'],
    otherNames: [
      'train.log.gz',
      'train.log.1.gz',
      'events.out.tfevents.1700000000.host.1.0',
      '.train.log',
      'trainer_log.jsonl',
      'notes.txt',
      'log',
      '',
    ],
  },
};

/** Those that wait for their place in `FORMATS`, too. */
const ALL: readonly Format[] = [...new Set([...FORMATS, hfConsole])];

it('has samples of every format', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(ALL.map(({ name }) => name).sort());
});

it.each(Object.entries(SAMPLES))(
  'finds %s by the names of its files, and no other format claims them',
  (name, samples) => {
    for (const file of samples.names)
      expect(ALL.filter((one) => one.matches(file)).map((one) => one.name)).toEqual([name]);
  },
);

for (const format of ALL) {
  const samples = SAMPLES[format.name] as Samples | LineSamples;
  if ('lines' in samples) describeLineFormat(format, samples);
  else describeFormat(format, samples);
}
