import { expect, it } from 'vitest';
import { FORMATS } from '../../../src/formats/index.ts';
import { describeFormat, describeLineFormat, type LineSamples, type Samples } from './contract.ts';
import { realFile } from './documents.ts';
import { logged, VERSION } from './tf-events.ts';

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
    inParts: false,
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
  'swift-logging': {
    lines: [
      '{"loss": 1.521, "grad_norm": 2.134, "learning_rate": 0.0001, "epoch": 0.01, "global_step/max_steps": "1/94", "percentage": "1.06%", "elapsed_time": "2s", "memory(GiB)": 17.31}',
      '{"loss": NaN, "grad_norm": Infinity, "learning_rate": 0.0001, "Ünïcode 训练": 0.5, "global_step/max_steps": "2/94"}',
      '{"eval_loss": 1.3148, "eval_runtime": 18.22, "epoch": 0.53, "global_step/max_steps": "50/94", "elapsed_time": "1m 52s"}',
    ],
    names: ['logging.jsonl'],
    otherNames: ['logging.json', 'my_logging.jsonl', 'logging.jsonl.1', 'trainer_log.jsonl', ''],
  },
  tensorboard: {
    whole: Buffer.concat([
      VERSION,
      logged(1, { 'train/loss': 7.6, 'train/grad_norm': Number.NaN, 'train/learning_rate': 0, 'train/epoch': 0.01 }),
      logged(2, { 'train/loss': 7.5, 'train/grad_norm': Number.POSITIVE_INFINITY, 'train/Ünïcode 训练': 0.5 }),
      logged(2, { 'eval/loss': 5.6, 'eval/runtime': 0.05 }),
      logged(3, { 'train/loss': 7.25, 'train/grad_norm': 0.5, 'train/learning_rate': 5e-5 }),
    ]),
    records: 4,
    // the length of a record that is not one hides where the next one begins
    readsOn: false,
    // nothing in the file says that a log call is over: what waits is given, and the rest of it later
    inParts: true,
    names: ['events.out.tfevents.1795488880.vm.430.0', 'events.out.tfevents.1795490962.trainbox.21715.1'],
    otherNames: ['events.txt', 'my.events.out.tfevents.1', 'tfevents', 'trainer_log.jsonl', ''],
  },
  'trainer-state': {
    whole: Buffer.from(`{
  "epoch": 0.02, "global_step": 2, "logging_steps": 1, "max_steps": 300, "trial_name": "Ünïcode 训练 \\"NaN\\" {[",
  "log_history": [
    {"epoch": 0.01, "grad_norm": 0.6762291789054871, "learning_rate": 0.0, "loss": 6.226715087890625, "step": 1},
    {"epoch": 0.02, "grad_norm": NaN, "learning_rate": 5e-05, "loss": Infinity, "step": 2},
    {"epoch": 0.02, "eval_loss": -Infinity, "step": 2}
  ]
}
`),
    records: 3,
    // a document is whole or it is none
    readsOn: false,
    inParts: false,
    names: ['trainer_state.json'],
    otherNames: ['trainer_state.json.tmp', 'my_trainer_state.json', 'state.json', 'trainer_log.jsonl', ''],
  },
  'training-args': {
    ...configuration('training_args.yaml'),
    otherNames: ['training_args.yml', 'my_training_args.yaml', 'training_args.bin', 'train.yaml', ''],
  },
  'llamaboard-config': {
    ...configuration('llamaboard_config.yaml'),
    otherNames: ['llamaboard_config.yml', 'my_llamaboard_config.yaml', 'training.yaml', ''],
  },
  'adapter-config': {
    ...configuration('adapter_config.json'),
    otherNames: ['config.json', 'my_adapter_config.json', 'adapter_config.yaml', ''],
  },
};

/** A file that a trainer wrote; like every document it is whole or it is none, and it holds no record. */
function configuration(name: string) {
  return { whole: realFile(`board_sft/${name}`), records: 0, readsOn: false, inParts: false, names: [name] };
}

it('has samples of every format', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(FORMATS.map(({ name }) => name).sort());
});

it.each(Object.entries(SAMPLES))(
  'finds %s by the names of its files, and no other format claims them',
  (name, samples) => {
    for (const file of samples.names)
      expect(FORMATS.filter((one) => one.matches(file)).map((one) => one.name)).toEqual([name]);
  },
);

for (const format of FORMATS) {
  const samples = SAMPLES[format.name] as Samples | LineSamples;
  if ('lines' in samples) describeLineFormat(format, samples);
  else describeFormat(format, samples);
}
