import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/knowledge/entries.ts';
import { knowledge } from '../../../src/knowledge/knowledge.ts';
import { ALERTS } from '../../../src/model/alert.ts';
import type { RunContext } from '../../../src/model/context.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { KNOWLEDGE } from '../../../src/model/knowledge.ts';
import { LANGUAGES } from '../../../src/text/index.ts';
import { ALIVE, EXPLODED, incidentOf, LOST, norms, SCALED, SKIPPED, WAITING } from './incidents.ts';

function found(context: RunContext, incident: Incident): string {
  const best = knowledge(context, incident);
  return best === null ? 'nothing' : `${best.id} ${best.sure}`;
}

const SEED: RunContext = { unsloth: true, quantization_bit: 4, precision: 'fp16', loss_scaler: true };
const BF16: RunContext = { precision: 'bf16', loss_scaler: false };
const FP16: RunContext = { precision: 'fp16', loss_scaler: true };
const FIRST = { firstStep: 1, lastStep: 30, occurrences: 30 };

describe('Unsloth with 4-bit quantization', () => {
  const zeros = incidentOf('TrainerLossZero', { judgement: ALIVE });

  it('in fp16, coming and going, is likely the cause', () => {
    expect(found(SEED, zeros)).toBe('unsloth-4bit likely');
    expect(found(SEED, incidentOf('TrainerGradNonFinite', { judgement: ALIVE, ...norms(Number.NaN) }))).toBe(
      'unsloth-4bit likely',
    );
    expect(found(SEED, incidentOf('TrainerLossZero', { judgement: SKIPPED, status: 'resolved' }))).toBe(
      'unsloth-4bit likely',
    );
  });

  it('is possible while nothing finite has come since, or a part of the configuration is not known', () => {
    expect(found(SEED, incidentOf('TrainerLossZero', { judgement: SCALED }))).toBe('unsloth-4bit possible');
    const { quantization_bit: _, ...some } = SEED;
    expect(found({ unsloth: true, quantization_bit: 4 }, zeros)).toBe('unsloth-4bit possible');
    // fp16 alone is known in full, and more is not claimed
    expect(found(some, zeros)).toBe('fp16-overflow likely');
  });

  it('is meant while the steps of a few records were skipped, since nothing has come to stay yet', () => {
    const few = incidentOf('TrainerLossZero', { judgement: SKIPPED, occurrences: 4, lastStep: 123 });
    expect(found({ ...SEED, logging_steps: 1 }, few)).toBe('unsloth-4bit possible');
    const scattered = incidentOf('TrainerLossZero', { judgement: SKIPPED, occurrences: 6, lastStep: 170 });
    expect(found({ ...SEED, logging_steps: 1 }, scattered)).toBe('unsloth-4bit possible');
  });

  it('is not meant when a part of it is known to be otherwise', () => {
    for (const other of [{ unsloth: false }, { quantization_bit: 0 }, { quantization_bit: 8 }]) {
      expect(found({ ...SEED, ...other }, zeros)).toBe('fp16-overflow likely');
    }
    expect(found({ ...SEED, ...BF16 }, zeros)).toBe('nothing');
  });

  it('is never claimed of a run of which nothing is known', () => {
    expect(found({}, zeros)).toBe('fp16-overflow possible');
    expect(found({}, incidentOf('TrainerLossZero', { judgement: WAITING }))).toBe('nothing');
  });
});

const SFT: RunContext = { stage: 'sft', finetuning_type: 'lora', logging_steps: 1, flash_attn: 'auto', ...BF16 };

it.each<[string, RunContext, Incident]>([
  ['no-scaler likely', BF16, incidentOf('TrainerWeightsLost', { judgement: LOST })],
  ['no-scaler likely', { precision: 'fp32', loss_scaler: false }, incidentOf('TrainerLossZero', { judgement: LOST })],
  [
    'fp16-every-step likely',
    { ...FP16, logging_steps: 10 },
    incidentOf('TrainerGradNonFinite', {
      ...FIRST,
      firstStep: 10,
      lastStep: 300,
      judgement: SKIPPED,
      ...norms(Number.NaN),
    }),
  ],
  [
    'fp16-stuck likely',
    { ...FP16, logging_steps: 10 },
    incidentOf('TrainerLossZero', { lastStep: 360, occurrences: 25, judgement: SKIPPED }),
  ],
  [
    'fp16-stuck likely',
    { ...FP16, logging_steps: 1 },
    incidentOf('TrainerStepsSkipped', { occurrences: 20, severity: 'critical', judgement: SKIPPED }),
  ],
  [
    'fp16-calibration likely',
    FP16,
    incidentOf('TrainerGradNonFinite', { firstStep: 3, lastStep: 12, occurrences: 10, judgement: ALIVE }),
  ],
  [
    'fp16-range likely',
    { ...FP16, model: 'google/gemma-3-4b-it' },
    incidentOf('TrainerGradNonFinite', { judgement: SCALED }),
  ],
  ['fp16-range likely', { ...FP16, model: 'Qwen/Qwen3-30B-A3B' }, incidentOf('TrainerLossZero', { judgement: SCALED })],
  [
    'fp16-overflow possible',
    { ...FP16, model: 'meta-llama/Llama-3.1-8B' },
    incidentOf('TrainerLossZero', { judgement: SCALED }),
  ],
  ['learning-rate likely', {}, incidentOf('TrainerWeightsLost', { judgement: EXPLODED })],
  [
    'qwen25-attention likely',
    { ...SFT, model: 'Qwen/Qwen2.5-1.5B' },
    incidentOf('TrainerWeightsLost', { ...FIRST, judgement: LOST }),
  ],
  [
    'no-scaler likely',
    { ...SFT, model: 'Qwen/Qwen2.5-1.5B', flash_attn: 'disabled' },
    incidentOf('TrainerWeightsLost', { ...FIRST, judgement: LOST }),
  ],
  [
    'deepspeed-sdpa likely',
    { ...SFT, deepspeed_stage: 3, flash_attn: 'sdpa' },
    incidentOf('TrainerWeightsLost', { ...FIRST, judgement: LOST }),
  ],
  [
    'deepspeed-sentinel likely',
    { deepspeed_stage: 3 },
    incidentOf('TrainerGradNonFinite', norms(Math.SQRT2, Math.SQRT2)),
  ],
  [
    'deepspeed-overlap possible',
    { deepspeed_stage: 2, logging_steps: 10 },
    incidentOf('TrainerGradNonFinite', norms(Number.NaN)),
  ],
  ['nothing', { deepspeed_stage: 3, logging_steps: 10 }, incidentOf('TrainerGradNonFinite', norms(Number.NaN))],
  ['labels-masked likely', SFT, incidentOf('TrainerLossZero', { ...FIRST, ...norms(0) })],
  ['labels-masked possible', SFT, incidentOf('TrainerLossZero', FIRST)],
  [
    'left-padding likely',
    { stage: 'ppo', flash_attn: 'sdpa' },
    incidentOf('TrainerLossNonFinite', { judgement: WAITING }),
  ],
  [
    'grpo-zero likely',
    { stage: 'grpo', logging_steps: 1 },
    incidentOf('TrainerLossZero', { ...FIRST, judgement: ALIVE }),
  ],
  ['grpo-equal-rewards likely', { stage: 'grpo' }, incidentOf('TrainerGradVanishing', norms(0))],
  ['nothing-trainable likely', { stage: 'sft' }, incidentOf('TrainerGradVanishing', norms(0))],
  ['nothing', { stage: 'sft' }, incidentOf('TrainerGradVanishing', norms(1e-9))],
  [
    'untrained-tokens likely',
    {},
    incidentOf('TrainerFailed', { words: 'ValueError: Unsloth: Untrained tokens of [[128004]] found' }),
  ],
  [
    'unsloth-8bit likely',
    { trainer: 'llamafactory', unsloth: true, quantization_bit: 8 },
    incidentOf('TrainerFailed', { words: 'torch.OutOfMemoryError: CUDA out of memory.' }),
  ],
  [
    'nothing',
    { trainer: 'llamafactory', unsloth: true, quantization_bit: 4 },
    incidentOf('TrainerFailed', { words: 'torch.OutOfMemoryError: CUDA out of memory.' }),
  ],
  ['hidden-in-window likely', { logging_steps: 10 }, incidentOf('TrainerLossMasked')],
  ['nothing', { logging_steps: 1 }, incidentOf('TrainerLossMasked')],
  [
    'spoilt-sum likely',
    { ...FP16, logging_nan_inf_filter: false },
    incidentOf('TrainerLossNonFinite', { judgement: SKIPPED, occurrences: 18 }),
  ],
  ['spoilt-sum possible', {}, incidentOf('TrainerLossNonFinite', { judgement: ALIVE })],
  ['fp16-overflow possible', { trainer: 'llamafactory-v1' }, incidentOf('TrainerLossNonFinite', { judgement: ALIVE })],
  ['nothing', SEED, incidentOf('TrainerStalled')],
])('finds %s in %j', (expected, context, incident) => {
  expect(found(context, incident)).toBe(expected);
});

const contexts: fc.Arbitrary<RunContext> = fc.record(
  {
    model: fc.constantFrom('Qwen2.5-7B', 'gemma-3', 'llama'),
    stage: fc.constantFrom('sft', 'grpo', 'ppo'),
    finetuning_type: fc.constantFrom('lora', 'full'),
    precision: fc.constantFrom('bf16', 'fp16'),
    loss_scaler: fc.boolean(),
    quantization_bit: fc.constantFrom(0, 4, 8),
    unsloth: fc.boolean(),
    flash_attn: fc.constantFrom('auto', 'sdpa', 'disabled'),
    deepspeed_stage: fc.constantFrom(0, 2, 3),
    logging_steps: fc.constantFrom(1, 10),
  },
  { requiredKeys: [] },
);
const incidents = fc
  .record({
    alertname: fc.constantFrom(...ALERTS),
    judgement: fc.constantFrom(null, ALIVE, SCALED, SKIPPED, LOST, EXPLODED, WAITING),
    firstStep: fc.constantFrom(null, 1, 10, 120),
    norm: fc.constantFrom(0, 1, Number.NaN),
  })
  .map(({ alertname, norm, ...rest }) => incidentOf(alertname, { ...rest, ...norms(norm) }));

it('claims nothing that is known to be otherwise, and is sure only when all is known', () => {
  fc.assert(
    fc.property(contexts, incidents, (context, incident) => {
      const best = knowledge(context, incident);
      if (best === null) return;
      const verdicts = ENTRIES[best.id].conditions.map(({ holds }) => holds(context, incident));
      expect(ENTRIES[best.id].alerts).toContain(incident.alertname);
      expect(verdicts).not.toContain(false);
      expect(best.sure).toBe(verdicts.includes(null) ? 'possible' : 'likely');
    }),
  );
});

it.each(KNOWLEDGE)('%s has conditions, a source, and words in every language', (id) => {
  const { alerts, conditions, sources } = ENTRIES[id];
  expect(alerts.length).toBeGreaterThan(0);
  expect(conditions.length).toBeGreaterThan(0);
  expect(sources.length).toBeGreaterThan(0);
  for (const { url } of sources) expect(url).toMatch(/^https:\/\/github\.com\/[\w-]+\/[\w-]+\/(issues|pull|blob)\/\w+/);
  for (const { knowledge: texts } of Object.values(LANGUAGES)) {
    for (const text of [texts[id].cause, texts[id].advice]) expect(text).toMatch(/\S{2}.*[.。]$/);
  }
  expect(LANGUAGES['zh-CN'].knowledge[id].cause).toMatch(/[\u4e00-\u9fff]/);
});
