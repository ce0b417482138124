import { describe, expect, it } from 'vitest';
import { ALERTS } from '../../../src/model/alert.ts';
import type { RunContext } from '../../../src/model/context.ts';
import type { Incident } from '../../../src/model/incident.ts';
import type { Judgement, JudgementReason } from '../../../src/model/judgement.ts';
import { LANGUAGES } from '../../../src/text/index.ts';
import { explain, partsOf } from '../../../src/view/explain.ts';
import { ALIVE, incidentOf, LOST, SKIPPED, WAITING } from '../knowledge/incidents.ts';

const { en } = LANGUAGES;
const BF16: RunContext = { precision: 'bf16', loss_scaler: false };

const REASONS: Readonly<Record<JudgementReason, Judgement['weights']>> = {
  'finite-norm': 'intact',
  'plausible-loss': 'intact',
  evaluation: 'intact',
  'learning-rate': 'intact',
  'step-skipped': 'intact',
  scaler: 'intact',
  recovered: 'intact',
  'no-scaler': 'lost',
  exploded: 'lost',
  'evaluation-nan': 'lost',
  end: 'lost',
  long: 'lost',
  waiting: 'unknown',
};

describe('what is said of the weights', () => {
  it('comes with its evidence and with how sure it is', () => {
    const said = (judgement: Judgement, context: RunContext = {}) =>
      partsOf(incidentOf('TrainerLossZero', { judgement }), context, en).weights;
    expect(said(ALIVE)).toBe('intact. The gradient norm at step 131 is finite, which lost weights cannot give.');
    expect(said(LOST, BF16)).toMatch(
      /^lost\. bf16 has no loss scaler .* the record after it \(step 121\) is bad too\.$/,
    );
    expect(said(LOST, { precision: 'pure_bf16' })).toMatch(/^lost\. pure bf16 has/);
    expect(said(LOST)).toMatch(/^lost\. This precision has/);
    expect(said(SKIPPED)).toMatch(/^intact\. The learning rate at step 121 stood still/);
    expect(said(WAITING)).toMatch(/^unknown yet\. 3 bad records in a row .* suspicious; 20 would be certainty\.$/);
    expect(said({ ...WAITING, count: 1 })).toMatch(/^unknown yet\. 1 bad record and .* too few to tell/);
    expect(said({ ...WAITING, count: 0 })).toBe('unknown yet. Nothing has come since that tells.');
  });

  it('says something else for each reason, and begins with the verdict', () => {
    for (const language of Object.values(LANGUAGES)) {
      const all = Object.entries(REASONS).map(([reason, weights]) =>
        language.weights(
          { weights, reason: reason as JudgementReason, step: 7, count: 3 },
          { precision: 'bf16', withdrawn: false },
        ),
      );
      expect(new Set(all).size).toBe(all.length);
    }
    for (const [reason, weights] of Object.entries(REASONS)) {
      const judgement = { weights, reason: reason as JudgementReason, step: 7, count: 3 };
      const said = en.weights(judgement, { precision: null, withdrawn: false });
      expect(said.slice(0, said.indexOf('.'))).toMatch(new RegExp(`\\b${weights}\\b`));
    }
  });

  it('says that a verdict was withdrawn', () => {
    const over = (judgement: Judgement) =>
      partsOf(incidentOf('TrainerWeightsLost', { status: 'resolved', judgement, wasted: WASTED }), BF16, en);
    expect(over(ALIVE).weights).toBe(
      'not lost, that verdict was withdrawn: intact. The gradient norm at step 131 is finite, which lost weights cannot give.',
    );
    expect(over(LOST).weights).toMatch(/^no longer held to be lost/);
    expect(over(LOST)).toMatchObject({ goBack: null, wasted: null });
  });

  it('is nothing where nothing is held', () => {
    expect(partsOf(incidentOf('TrainerLossSpike'), BF16, en).weights).toBeNull();
    expect(explain(incidentOf('TrainerLossSpike'), BF16, en).diagnosis).not.toMatch(/Weights/);
  });
});

const WASTED = { steps: 1340, seconds: 5400, tokens: 2_000_000 };
const ZERO = incidentOf('TrainerLossZero', {
  firstStep: 67,
  judgement: LOST,
  rollbackCheckpoint: 'checkpoint-66',
  wasted: WASTED,
});

it('leads from what the alert means over the weights to the likely cause and where that is known from', () => {
  const { diagnosis } = explain(ZERO, BF16, en);
  const own = en.alerts.TrainerLossZero.diagnosis(ZERO);
  expect(diagnosis.startsWith(`${own}\nWeights: lost. bf16 has no loss scaler`)).toBe(true);
  expect(diagnosis).toMatch(
    /\nLikely cause: A NaN gradient was applied.* \(LLaMA-Factory #5660, LLaMA-Factory #7388\)$/,
  );
});

it('says first where to go back to and what was wasted, then what helps against the cause', () => {
  expect(explain(ZERO, BF16, en).advice).toBe(
    `Go back to checkpoint-66, the newest good checkpoint from before the trouble.\nWasted since: 1,340 steps (1 h 30 min, 2,000,000 tokens).\n${en.knowledge['no-scaler'].advice}`,
  );
  expect(explain(ZERO, BF16, LANGUAGES['zh-CN']).advice).toMatch(
    /^回退到 checkpoint-66.*\n此后浪费：1340 步（1 小时 30 分，2,000,000 个词元）。\n停止训练/,
  );
});

it('says that there is no checkpoint only where one is needed', () => {
  const without = (judgement: Judgement | null) =>
    explain(incidentOf('TrainerLossZero', { judgement }), {}, en).advice.includes('No good checkpoint');
  expect([without(LOST), without(ALIVE), without(WAITING), without(null)]).toEqual([true, false, false, false]);
});

it('leaves the general advice of the alert where no pattern fits', () => {
  const stalled = incidentOf('TrainerStalled');
  expect(explain(stalled, {}, en).advice).toBe(en.alerts.TrainerStalled.advice(stalled));
});

it('never lets a number or a word that is missing show', () => {
  const judgements = Object.entries(REASONS).flatMap(([reason, weights]) =>
    [7, null].map((step) => ({ weights, reason: reason as JudgementReason, step, count: 0 })),
  );
  const lacking = { firstStep: null, lastStep: null, evidence: [] };
  const odd: readonly Partial<Incident>[] = [
    {},
    lacking,
    { rollbackCheckpoint: 'checkpoint-66', wasted: { steps: 1, seconds: null, tokens: null } },
    { wasted: { steps: 3, seconds: 0.2, tokens: 0 } },
  ];
  for (const language of Object.values(LANGUAGES)) {
    for (const alertname of ALERTS) {
      for (const judgement of [null, ...judgements]) {
        for (const status of ['firing', 'resolved'] as const) {
          for (const changes of odd) {
            const incident = incidentOf(alertname, { judgement, status, ...changes });
            for (const context of [{}, BF16]) {
              const { summary, diagnosis, advice } = explain(incident, context, language);
              const { weights, wasted } = partsOf(incident, context, language);
              expect(`${summary} ${diagnosis} ${advice}`).not.toMatch(/undefined|null|\[object|=>|\$\{/);
              // the texts of alerts speak of NaN as such
              expect(wasted ?? '').not.toMatch(/NaN/);
              expect(weights ?? '').not.toMatch(/(step|count|第) ?(NaN|undefined)/);
            }
          }
        }
      }
    }
  }
});
