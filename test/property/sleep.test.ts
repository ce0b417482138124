import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DetectorKind } from '../../src/detectors/detector.ts';
import { DETECTORS } from '../../src/detectors/index.ts';
import type { RunContext } from '../../src/model/context.ts';
import { brief, Watched } from '../unit/incidents/watched.ts';
import type { Fields } from '../unit/runs/records.ts';

/** What befalls a run at one record: nothing, mostly. */
const events = [
  {},
  { loss: 0 },
  { loss: 0, grad_norm: Number.NaN },
  { grad_norm: Number.NaN },
  { loss: Number.NaN },
  { loss: 5e4 },
  { loss: 0.9 },
  { loss: 4 },
  { eval_loss: 1.5 },
  { eval_loss: Number.NaN },
  { reward: 0.5 },
  { step: 1 },
] as const satisfies readonly Fields[];

/** Calm records, then some that something befalls. */
interface Part {
  readonly calm: number;
  readonly event: Fields;
  readonly times: number;
  /** Share of the loss by which it varies. */
  readonly noise: number;
}

const runs: fc.Arbitrary<Part[]> = fc.array(
  fc.record({
    calm: fc.integer({ min: 0, max: 30 }),
    event: fc.constantFrom<Fields>(...events),
    times: fc.integer({ min: 1, max: 5 }),
    noise: fc.double({ min: 0, max: 0.3, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
);

const contexts: fc.Arbitrary<RunContext> = fc.record(
  { loss_scaler: fc.boolean(), logging_steps: fc.constantFrom(1, 10), lr_scheduler_type: fc.constant('linear') },
  { requiredKeys: [] },
);

/** The records of a run on a linear schedule, whose rate stands still where a norm is not finite. */
function* records(parts: readonly Part[]): Generator<Fields> {
  const maxSteps = 2_000;
  let step = 0;
  let applied = 0;
  for (const { calm, event, times, noise } of parts) {
    for (let at = 0; at < calm + times; at++) {
      const befallen = at < calm ? {} : event;
      step = befallen.step ?? step + 1;
      if (befallen.grad_norm === undefined) applied++;
      const loss = 2 * 0.999 ** step * (1 + noise * Math.sin(step * 2.4));
      yield {
        loss,
        grad_norm: 1.3 + 0.1 * Math.sin(step),
        learning_rate: 1e-4 * (1 - applied / maxSteps),
        max_steps: maxSteps,
        elapsed_seconds: step * 12,
        ...befallen,
        step,
      };
    }
  }
}

/** Makes something while no detector sleeps. */
function awake<Made>(make: () => Made): Made {
  const kinds = Object.values(DETECTORS) as { -readonly [Key in keyof DetectorKind]: DetectorKind[Key] }[];
  const heeded = kinds.map(({ heeds }) => heeds);
  try {
    for (const kind of kinds) delete kind.heeds;
    return make();
  } finally {
    kinds.forEach((kind, at) => {
      const heeds = heeded[at];
      if (heeds !== undefined) kind.heeds = heeds;
    });
  }
}

describe('a detector that is not shown what it does not heed', () => {
  it('finds what it finds when it is shown everything', () => {
    fc.assert(
      fc.property(runs, contexts, (parts, context) => {
        const asleep = new Watched();
        const shownAll = awake(() => new Watched());
        for (const watched of [asleep, shownAll]) {
          watched.run.context = context;
          for (const record of records(parts)) watched.see(record);
        }
        expect(brief(asleep.incidents)).toEqual(brief(shownAll.incidents));
      }),
      { numRuns: 300 },
    );
  });
});
