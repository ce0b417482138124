import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../../src/model/context.ts';
import { range, Watched } from '../incidents/watched.ts';
import type { Fields } from '../runs/records.ts';

const NAN = Number.NaN;

/** Forty good records, then these, of a run that is configured so. */
function after(records: readonly Fields[], context: RunContext = {}, good: Fields = { loss: 2 }): Watched {
  const watched = new Watched();
  watched.run.context = context;
  for (const step of range(1, 40)) watched.see({ step, ...good });
  records.forEach((record, index) => {
    watched.see({ step: 41 + index, ...record });
  });
  return watched;
}

function verdict(watched: Watched): string | undefined {
  const { judgement } = watched.book.signals.life;
  return judgement === null ? undefined : `${judgement.weights}: ${judgement.reason}`;
}

const zeros = (count: number): Fields[] => Array.from({ length: count }, () => ({ loss: 0 }));
const FP16: RunContext = { precision: 'fp16', loss_scaler: true };
const BF16: RunContext = { precision: 'bf16', loss_scaler: false };

describe('the weights are held to be lost', () => {
  it.each<[string, readonly Fields[], RunContext, string]>([
    ['two bad records where nothing skips such steps', zeros(2), BF16, 'lost: no-scaler'],
    ['twenty in a row', zeros(20), {}, 'lost: long'],
    ['twenty in a row in fp16 too', zeros(20), FP16, 'lost: long'],
    ['three after the loss exploded', [{ loss: 90 }, ...zeros(3)], {}, 'lost: exploded'],
    ['an evaluation that is NaN too', [...zeros(2), { eval_loss: NAN }], {}, 'lost: evaluation-nan'],
    ['five up to the end', [...zeros(5), { max_steps: 46, epoch: 1 }], {}, 'lost: end'],
  ])('%s', (_, records, context, expected) => {
    const watched = after(records, context);
    expect(verdict(watched)).toBe(expected);
    expect(watched.incidents).toContainEqual(
      expect.objectContaining({ alertname: 'TrainerWeightsLost', status: 'firing', weights: 'lost' }),
    );
  });
});

describe('the weights are held to be intact', () => {
  it.each<[string, readonly Fields[], RunContext, string]>([
    ['the loss is back', [...zeros(3), { loss: 2.1 }], {}, 'intact: plausible-loss'],
    [
      'a finite norm',
      [
        { loss: 2, grad_norm: NAN },
        { loss: 2, grad_norm: 1 },
      ],
      BF16,
      'intact: finite-norm',
    ],
    ['a finite evaluation', [...zeros(3), { eval_loss: 2 }], {}, 'intact: evaluation'],
    ['the loss scaler skips such steps', zeros(2), FP16, 'intact: scaler'],
    ['it came and went before', [...zeros(1), { loss: 2 }, ...zeros(1)], {}, 'intact: recovered'],
    [
      'the sum is NaN for good, the norms are finite',
      [
        { loss: NAN, grad_norm: NAN },
        { loss: NAN, grad_norm: 1 },
      ],
      {},
      'intact: finite-norm',
    ],
  ])('%s', (_, records, context, expected) => expect(verdict(after(records, context))).toBe(expected));
});

describe('nothing is known yet', () => {
  it.each<[string, readonly Fields[], RunContext]>([
    ['after one bad record', zeros(1), {}],
    ['after one where nothing skips such steps', zeros(1), BF16],
    ['after three in fp16', zeros(3), FP16],
    ['while the logged sum is NaN and nothing else is logged', Array.from({ length: 30 }, () => ({ loss: NAN })), {}],
    ['when a loss comes that no living model gives', [...zeros(3), { loss: 1e6 }], {}],
  ])('%s', (_, records, context) => expect(verdict(after(records, context))).toBe('unknown: waiting'));
});

it('a verdict is withdrawn at the first sign of life', () => {
  const watched = after([...zeros(25), { loss: 2 }]);
  expect(watched.incidents).toContainEqual(
    expect.objectContaining({ alertname: 'TrainerWeightsLost', status: 'resolved', weights: 'intact' }),
  );
});
