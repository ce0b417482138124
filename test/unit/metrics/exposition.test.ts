import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Emit, Exposition, labelText } from '../../../src/metrics/exposition.ts';
import { type MetricSpec, TRAINING } from '../../../src/metrics/names.ts';
import { parseMetrics } from '../../support/metrics.ts';

function textOf(spec: MetricSpec, samples: (emit: Emit) => void): string {
  const exposition = new Exposition();
  exposition.metric(spec, samples);
  return exposition.bytes.toString();
}

it('any labels and any number are read back as they were', () => {
  const text = fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', '{', '}', ',', '=', ' ', '医', '🙂') });
  fc.assert(
    fc.property(text, text, fc.double(), (run, name, value) => {
      const [sample, ...others] = parseMetrics(
        textOf(TRAINING.other, (emit) => emit(`${labelText({ name })},${labelText({ run })}`, value)),
      );
      // -0 is written 0
      expect(sample).toEqual({ name: 'trainer_metric', labels: { name, run }, value: value + 0, type: 'gauge' });
      expect(others).toEqual([]);
    }),
  );
});

it('is written as Prometheus reads it', () => {
  const text = textOf(TRAINING.loss, (emit) => {
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

it('is as long as it has to be', () => {
  const labels = Array.from({ length: 10_000 }, (_, place) => labelText({ run: `医疗🙂${place}` }));
  const samples = parseMetrics(
    textOf(TRAINING.step, (emit) => {
      for (const [place, label] of labels.entries()) emit(label, place);
    }),
  );
  expect(samples.map(({ labels, value }) => [labels.run, value])).toEqual(
    labels.map((_, place) => [`医疗🙂${place}`, place]),
  );
});
