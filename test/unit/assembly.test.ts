import { expect, it } from 'vitest';
import { type AssemblyGlobal, assembly } from '../../src/assembly.ts';
import { FIELD, FIELDS } from '../../src/model/field.ts';

it('has fields in the slots where everyone else has them', () => {
  const slots =
    assembly<
      Record<
        'STEP' | 'MAX_STEPS' | 'LOSS' | 'GRAD_NORM' | 'LEARNING_RATE' | 'ELAPSED_SECONDS' | 'SLOTS',
        AssemblyGlobal
      >
    >();
  expect({
    step: slots.STEP.value,
    max_steps: slots.MAX_STEPS.value,
    loss: slots.LOSS.value,
    grad_norm: slots.GRAD_NORM.value,
    learning_rate: slots.LEARNING_RATE.value,
    elapsed_seconds: slots.ELAPSED_SECONDS.value,
  }).toEqual({
    step: FIELD.step,
    max_steps: FIELD.max_steps,
    loss: FIELD.loss,
    grad_norm: FIELD.grad_norm,
    learning_rate: FIELD.learning_rate,
    elapsed_seconds: FIELD.elapsed_seconds,
  });
  expect(FIELDS.length).toBeLessThanOrEqual(slots.SLOTS.value);
});
