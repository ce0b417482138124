import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../src/model/context.ts';
import { Watched } from '../unit/incidents/watched.ts';
import type { Fields } from '../unit/runs/records.ts';

/** Whatever a log can hold: huge, tiny, negative, not finite, and what training gives. */
const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: 0.1, max: 10, noNaN: true }),
  fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, 1, Math.SQRT2),
);
const anyRecord = fc.record(
  {
    step: fc.integer({ min: 0, max: 100_000 }),
    loss: anyNumber,
    eval_loss: anyNumber,
    grad_norm: anyNumber,
    learning_rate: anyNumber,
    max_steps: fc.integer({ min: 0, max: 100_000 }),
    reward: anyNumber,
  },
  { requiredKeys: [] },
);

const anyContext: fc.Arbitrary<RunContext> = fc.record(
  {
    loss_scaler: fc.boolean(),
    lr_scheduler_type: fc.constantFrom('linear', 'cosine', 'constant'),
    learning_rate: fc.double({ min: 0, max: 1, noNaN: true }),
    warmup_steps: fc.integer({ min: 0, max: 100 }),
    logging_steps: fc.integer({ min: 1, max: 20 }),
    gradient_accumulation_steps: fc.integer({ min: 1, max: 16 }),
    logging_nan_inf_filter: fc.boolean(),
    trainer: fc.constantFrom('llamafactory', 'llamafactory-v1', 'trl'),
  },
  { requiredKeys: [] },
);

/** A run with a bit of everything in it: noise, spikes, dips, drift. */
const losses = fc.array(
  fc.tuple(fc.double({ min: 0.8, max: 1.25, noNaN: true }), fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 0.5, 3)),
  { minLength: 10, maxLength: 200 },
);

function incidentsOf(records: readonly Fields[]): string[] {
  const watched = new Watched();
  for (const record of records) watched.see(record);
  return watched.incidents.map(
    (one) => `${one.alertname} ${one.severity} ${one.firstStep} ${one.lastStep} ${one.weights}`,
  );
}

describe('whatever a log holds', () => {
  it('no detector throws, and every incident has numbers that can be told', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 120 }), anyContext, (records, context) => {
        const watched = new Watched();
        watched.run.context = context;
        for (const record of records) watched.see(record);
        for (const { occurrences, evidence, firstStep } of watched.incidents) {
          expect(occurrences).toBeGreaterThan(0);
          expect(Number.isNaN(firstStep)).toBe(false);
          for (const { step } of evidence) expect(Number.isNaN(step)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a factor on all losses changes no verdict', () => {
    fc.assert(
      fc.property(losses, fc.constantFrom(2, 10, 1000, 1 / 4), (factors, scale) => {
        let level = 2;
        const records = factors.map(([noise, event], index) => {
          level *= 0.99;
          return { step: index + 1, loss: level * noise * event, grad_norm: 1 };
        });
        const scaled = records.map((record) => ({ ...record, loss: record.loss * scale }));
        expect(incidentsOf(scaled)).toEqual(incidentsOf(records));
      }),
      { numRuns: 200 },
    );
  });
});
