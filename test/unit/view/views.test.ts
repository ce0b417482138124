import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LANGUAGES } from '../../../src/text/index.ts';
import { incidentView } from '../../../src/view/incident-view.ts';
import { recordFields, runView } from '../../../src/view/run-view.ts';
import { fromWire, wireNumber } from '../../../src/view/wire.ts';
import { READ, Reading, readOnce } from '../pipeline/watch.ts';
import { recordOf } from '../runs/records.ts';

function log(count: number, badFrom: number): string {
  return Array.from({ length: count }, (_, at) => {
    const loss = at + 1 >= badFrom ? 'NaN' : 2.5;
    return `{"current_steps": ${at + 1}, "total_steps": 100, "loss": ${loss}, "grad_norm": Infinity, "lr": 0.001, "percentage": ${at}, "elapsed_time": "0:00:${10 + at}", "entropy": -Infinity}\n`;
  }).join('');
}

it('any number survives the wire, through JSON too', () => {
  fc.assert(
    fc.property(fc.double(), (number) => {
      const wire = wireNumber(number);
      // JSON has no -0
      expect(fromWire(JSON.parse(JSON.stringify(wire)))).toBe(Object.is(number, -0) ? 0 : number);
    }),
  );
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(wireNumber)).toEqual([
    'NaN',
    'Infinity',
    '-Infinity',
  ]);
});

it('a run is shown with all that is known of it', () => {
  const { watched } = readOnce(log(40, 61));
  expect(runView(watched, READ)).toEqual({
    run: 'run',
    state: 'running',
    attempts: 1,
    records: 40,
    first_step: 1,
    last_step: 40,
    max_steps: 100,
    progress: 0.4,
    elapsed_seconds: 49,
    remaining_seconds: 60,
    seconds_per_step: 1,
    last_record_at: '2023-11-14T22:13:20.000Z',
    values: { loss: 2.5, grad_norm: 'Infinity', learning_rate: 0.001, entropy: '-Infinity' },
    context: { trainer: 'llamafactory' },
    sources: [{ path: 'trainer_log.jsonl', format: 'trainer-log', records: 40 }],
  });
});

it('a run that has logged nothing is shown as such', () => {
  expect(runView(new Reading().watched, READ)).toMatchObject({
    state: 'running',
    records: 0,
    first_step: null,
    last_step: null,
    max_steps: null,
    progress: null,
    elapsed_seconds: null,
    remaining_seconds: null,
    seconds_per_step: null,
    last_record_at: null,
    values: {},
  });
});

it('an incident is shown with its sentences in the language that is asked for', () => {
  const [incident] = readOnce(log(40, 40)).watched.incidents;
  if (incident === undefined) throw new Error('there is no incident');
  const english = incidentView(incident, {}, LANGUAGES.en);
  expect(english).toMatchObject({
    id: incident.id,
    run: 'run',
    alertname: incident.alertname,
    status: 'firing',
    started_at: new Date(incident.startedAtMs).toISOString(),
    ended_at: null,
    weights: incident.weights,
    rollback_checkpoint: null,
    group: incident.group,
    inhibited_by: incident.inhibitedBy,
    summary: LANGUAGES.en.alerts[incident.alertname].summary(incident),
  });
  expect(english.evidence.length).toBeGreaterThan(0);
  expect(JSON.parse(JSON.stringify(english))).toEqual(english);
  expect(incidentView(incident, {}, LANGUAGES['zh-CN']).summary).not.toBe(english.summary);
});

it('a record is shown field by field, those without a name of ours too', () => {
  const record = recordOf({ step: 7, loss: Number.NaN }, { entropy: 0.5, kl: Number.POSITIVE_INFINITY });
  expect(recordFields(record)).toEqual({ step: 7, loss: 'NaN', entropy: 0.5, kl: 'Infinity' });
});
