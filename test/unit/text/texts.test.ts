import { describe, expect, it } from 'vitest';
import { ALERTS, type AlertName, SEVERITIES } from '../../../src/model/alert.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { RUN_STATES } from '../../../src/model/run-state.ts';
import { LANGUAGES, type LanguageName } from '../../../src/text/index.ts';
import { evidenceOf } from '../../../src/text/language.ts';

function incident(alertname: AlertName, changes: Partial<Incident> = {}): Incident {
  return {
    run: 'saves/qwen',
    id: `${alertname}-1-61`,
    alertname,
    severity: 'critical',
    status: 'firing',
    firstStep: 61,
    lastStep: 201,
    occurrences: 9,
    startedAtMs: 0,
    endedAtMs: null,
    group: 'g',
    inhibitedBy: null,
    weights: 'unknown',
    judgement: null,
    rollbackCheckpoint: null,
    wasted: null,
    words: null,
    evidence: [{ step: 61, field: 'loss', value: 0 }],
    ...changes,
  };
}

/** What an incident may look like at the worst. */
const ODD: readonly [string, Partial<Incident>][] = [
  ['as usual', {}],
  ['of one record', { occurrences: 1, lastStep: 61 }],
  ['of many records at one step', { lastStep: 61 }],
  [
    'without a step',
    { firstStep: null, lastStep: null, evidence: [{ step: null, field: 'seconds_without_record', value: 300 }] },
  ],
  ['without evidence', { evidence: [] }],
  ['without anything', { firstStep: null, lastStep: null, occurrences: 0, evidence: [] }],
  ['at step 0', { firstStep: 0, lastStep: 0, occurrences: 1 }],
  ['with evidence that is not finite', { evidence: [{ step: 61, field: 'loss', value: Number.NaN }] }],
  ['that is over', { status: 'resolved', endedAtMs: 1, severity: 'info' }],
  ['of a long silence', { evidence: [{ step: 61, field: 'seconds_without_record', value: 1e7 }] }],
];

const ACCIDENTS = /undefined|null|\[object|Invalid|function|=>|\$\{|NaN (s|min|h|days|秒|分钟)|of NaN/;

function proseOf(language: LanguageName, one: Incident): string[] {
  const text = LANGUAGES[language].alerts[one.alertname];
  return [text.summary(one), text.diagnosis(one), text.advice(one)];
}

describe.each(Object.keys(LANGUAGES) as LanguageName[])('in %s', (language) => {
  it.each(ALERTS)('%s has a summary, a meaning and advice in every case', (alertname) => {
    for (const [name, changes] of ODD) {
      for (const text of proseOf(language, incident(alertname, changes))) {
        expect(text.trim().length, `${name}: ${text}`).toBeGreaterThan(8);
        expect(text, name).not.toMatch(ACCIDENTS);
      }
    }
  });

  it('each alert has words of its own', () => {
    const all = ALERTS.flatMap((alertname) => proseOf(language, incident(alertname)));
    expect(new Set(all).size).toBe(all.length);
  });

  it('a summary is one line that names the step, unless it has to do with none', () => {
    for (const alertname of ALERTS) {
      const [summary = ''] = proseOf(language, incident(alertname));
      expect(summary).not.toContain('\n');
      if (alertname !== 'TrainerConfigRisk') expect(summary).toMatch(/61|201/);
    }
  });

  it('the report has a word for every state and severity, and no number is lost in it', () => {
    const { report } = LANGUAGES[language];
    for (const state of RUN_STATES) expect(report.state[state]).toMatch(/\S/);
    for (const severity of SEVERITIES) expect(report.severity[severity]).toMatch(/\S/);
    expect(report.steps(120, 300)).toMatch(/120.*300/);
    expect(report.steps(null, null)).not.toMatch(ACCIDENTS);
    expect(report.steps(null, 300)).not.toMatch(ACCIDENTS);
    for (const count of [0, 1, 7]) {
      for (const text of [report.records(count), report.attempts(count), report.title(count), report.total(count, 7)]) {
        expect(text).toContain(String(count));
      }
    }
  });

  it.each([0, 1, 89, 90, 5_399, 5_400, 172_799, 172_800, 1e9])('a duration of %i s reads like one', (seconds) => {
    expect(LANGUAGES[language].report.duration(seconds)).toMatch(/^\d+ \S/);
  });
});

it('the same keys are there in every language', () => {
  const [first, ...others] = Object.values(LANGUAGES).map((language) => Object.keys(language.report).sort());
  for (const other of others) expect(other).toEqual(first);
});

it('English tells one from many', () => {
  const { report } = LANGUAGES.en;
  expect([report.records(1), report.records(2), report.records(12_345)]).toEqual([
    '1 record',
    '2 records',
    '12,345 records',
  ]);
  expect([59, 89, 90, 5_400, 200_000].map(report.duration)).toEqual(['59 s', '89 s', '2 min', '1 h 30 min', '2 days']);
});

it('the summary of a loss says whether it is that of an evaluation', () => {
  const nan = (field: string) =>
    incident('TrainerLossNonFinite', { evidence: [{ step: 1, field, value: Number.NaN }] });
  expect(proseOf('en', nan('loss'))[0]).toMatch(/^Loss is NaN/);
  expect(proseOf('en', nan('eval_loss'))[0]).toMatch(/^Evaluation loss is NaN/);
  expect(proseOf('zh-CN', nan('eval_loss'))[0]).toMatch(/^验证损失/);
});

it('evidence is the newest of its name', () => {
  const one = incident('TrainerStalled', {
    evidence: [
      { step: 1, field: 'a', value: 1 },
      { step: 2, field: 'a', value: 2 },
      { step: 3, field: 'b', value: 3 },
    ],
  });
  expect([evidenceOf(one, 'a'), evidenceOf(one, 'b'), evidenceOf(one, 'c')]).toEqual([2, 3, undefined]);
});
