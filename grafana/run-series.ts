import {
  GraphDrawStyle,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  StackingConfigBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common';
import { TRAINING } from '../src/metrics/names.ts';
import { asBand, NEUTRAL, range, timeseries } from './panels.ts';
import { growth, latest, latestFinite, notFinite } from './promql.ts';

/** A series with an axis of its own. */
const onTheRight = (unit: string) => [
  { id: 'unit', value: unit },
  { id: 'custom.axisPlacement', value: 'right' },
];

export const loss = asBand(
  timeseries(
    {
      title: 'Loss',
      description:
        'Training and evaluation loss as logged. NaN and infinities cannot be drawn: the red band shows where the last training loss was one.',
      unit: 'short',
      empty: 'no loss logged yet',
    },
    [
      range(latestFinite(TRAINING.loss), 'loss'),
      range(latestFinite(TRAINING.evalLoss), 'eval loss'),
      range(notFinite('loss'), 'loss not finite'),
    ],
    NEUTRAL,
  ).span(12),
  'loss not finite',
);

export const gradNorm = asBand(
  timeseries(
    {
      title: 'Gradient norm',
      description:
        'Norm before clipping, on a logarithmic axis, where 0 cannot be drawn. The red band shows where the last one was NaN or infinite.',
      unit: 'short',
      empty: 'this log has no grad_norm',
    },
    [range(latestFinite(TRAINING.gradNorm), 'grad_norm'), range(notFinite('grad_norm'), 'grad_norm not finite')],
    NEUTRAL,
  )
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10))
    .span(12),
  'grad_norm not finite',
);

export const learningRate = timeseries(
  {
    title: 'Learning rate',
    description: 'A flat piece in a schedule that should move means optimizer steps that did not happen.',
    unit: 'sci',
    empty: 'this log has no learning rate',
  },
  [range(latest(TRAINING.learningRate), 'learning rate')],
  NEUTRAL,
).span(8);

export const throughput = timeseries(
  {
    title: 'Throughput',
    description: 'Tokens per second on the left, seconds per optimizer step on the right.',
    unit: 'suffix: tokens/s',
    empty: 'no pace known yet',
  },
  [range(latest(TRAINING.tokensPerSecond), 'tokens/s'), range(latest(TRAINING.secondsPerStep), 's/step')],
  NEUTRAL,
)
  .overrideByName('s/step', onTheRight('s'))
  .min(0)
  .span(8);

export const vram = timeseries(
  {
    title: 'GPU memory',
    description: 'Peak memory allocated and reserved, as the trainer logs it.',
    unit: 'bytes',
    empty: 'this log has no GPU memory',
  },
  [range(latest(TRAINING.vramAllocated), 'allocated'), range(latest(TRAINING.vramReserved), 'reserved')],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const reward = timeseries(
  {
    title: 'Reward',
    description: 'Reinforcement learning and preference stages: reward on the left, accuracy on the right.',
    unit: 'short',
    empty: 'this log has no reward',
  },
  [range(latest(TRAINING.reward), 'reward'), range(latest(TRAINING.accuracy), 'accuracy')],
  NEUTRAL,
)
  .overrideByName('accuracy', onTheRight('percentunit'))
  .span(8);

export const badValues = timeseries(
  {
    title: 'Bad values',
    description:
      'New values that were NaN, infinite or a loss of exactly 0, and steps that the console says were skipped, those between two scrapes included. With the NaN filter of the Hugging Face Trainer on, a NaN loss is logged as 0.',
    unit: 'short',
    empty: 'none so far',
  },
  [
    range(growth(TRAINING.nonfinite, ['field', 'kind']), '{{field}} {{kind}}'),
    range(growth(TRAINING.zeroLoss, ['run']), 'loss 0'),
    range(growth(TRAINING.skippedSteps, ['run']), 'steps skipped'),
  ],
  [
    [null, 'green'],
    [1, 'red'],
  ],
)
  .drawStyle(GraphDrawStyle.Bars)
  .fillOpacity(80)
  .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  .min(0)
  .span(8);
