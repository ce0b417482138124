import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exposition, labelText } from '../../../src/metrics/exposition.ts';
import { TRAINING } from '../../../src/metrics/names.ts';
import { parseMetrics } from '../../support/metrics.ts';

it('any labels and any number are read back as they were', () => {
  const text = fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', '{', '}', ',', '=', ' ', '医', '🙂') });
  fc.assert(
    fc.property(text, text, fc.double(), (run, name, value) => {
      const [sample, ...others] = parseMetrics(
        exposition(TRAINING.other, (emit) => emit(`${labelText({ name })},${labelText({ run })}`, value)),
      );
      expect(sample).toEqual({ name: 'trainer_metric', labels: { name, run }, value, type: 'gauge' });
      expect(others).toEqual([]);
    }),
  );
});

it('is written as Prometheus reads it', () => {
  const text = exposition(TRAINING.loss, (emit) => {
    emit('', 1e-9);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      emit(labelText({ run: 'a "b"\\\n' }), value);
    }
  });
  expect(text.split('\n')).toEqual([
    '# HELP trainer_loss Last training loss, NaN and infinities as logged.',
    '# TYPE trainer_loss gauge',
    'trainer_loss 1e-9',
    'trainer_loss{run="a \\"b\\"\\\\\\n"} NaN',
    'trainer_loss{run="a \\"b\\"\\\\\\n"} +Inf',
    'trainer_loss{run="a \\"b\\"\\\\\\n"} -Inf',
    '',
  ]);
});
