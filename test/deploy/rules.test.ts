import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALERTS, SEVERITIES } from '../../src/model/alert.ts';
import { describeWith, program } from '../support/programs.ts';
import { EXPORTED, MADE_BY_PROMETHEUS, metricsIn } from '../support/promql.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Case {
  readonly alertname: string;
  readonly exp_alerts: readonly object[];
}

const RULES_FILE = 'deploy/prometheus/rules/nanwatch.rules.yaml';
const TEST_FILES = globSync('deploy/prometheus/rules/tests/*.yaml');
const RUNBOOK = 'https://github.com/nanwatch/nanwatch/blob/main/docs/runbook.md';

const groups = parse(readFileSync(RULES_FILE, 'utf8')).groups as readonly { rules: readonly Rule[] }[];
const all = groups.flatMap(({ rules }) => rules);
const rules = all.flatMap(({ alert, ...rest }) => (alert === undefined ? [] : [{ alert, ...rest }]));
const recorded = all.flatMap(({ record }) => record ?? []);
interface Test {
  readonly alert_rule_test?: readonly Case[];
  readonly promql_expr_test?: readonly { readonly expr: string }[];
}

const tests = TEST_FILES.flatMap((file) => parse(readFileSync(file, 'utf8')).tests as readonly Test[]);
const cases = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test);
const asked = tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr));

it.each(ALERTS)('%s has a rule of the same name', (alert) => {
  expect(rules.map((rule) => rule.alert)).toContain(alert);
});

it.each(all.map(({ alert, record, expr }) => [alert ?? record, expr] as const))(
  '%s asks for metrics that exist',
  (_, expr) => {
    for (const metric of metricsIn(expr)) expect([...EXPORTED, ...recorded, ...MADE_BY_PROMETHEUS]).toContain(metric);
  },
);

describe.each(rules)('rule $alert', ({ alert, labels, annotations }) => {
  it('says how bad it is and where to read on', () => {
    expect([...SEVERITIES, '{{ $labels.severity }}']).toContain(labels.severity);
    expect(Object.keys(labels)).toEqual(['severity']);
    expect(annotations).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
    expect(annotations.runbook_url).toBe(`${RUNBOOK}#${alert.toLowerCase()}`);
  });

  it('has a firing and a quiet test', () => {
    const own = cases.filter(({ alertname }) => alertname === alert);
    expect(own.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});

it.each(recorded)('%s has a test', (record) => {
  expect(asked).toContain(record);
});

it.each(rules)('$alert stands in the runbook', ({ alert }) => {
  const section = readFileSync('docs/runbook.md', 'utf8').split(`## ${alert}\n`)[1]?.split('\n## ')[0];
  for (const part of ['Meaning', 'Impact', 'Diagnosis', 'Mitigation']) expect(section).toContain(`**${part}.** `);
});

/** Runs a checker that prints what is wrong and exits 1. */
function run(path: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

describeWith([program('promtool', 'prometheus')], 'promtool', (promtool = '') => {
  it('accepts the rules', () => run(promtool, 'check', 'rules', RULES_FILE));
  it('accepts the configuration', () => run(promtool, 'check', 'config', 'deploy/prometheus/prometheus.yml'));
  it.each(TEST_FILES)('sees the alerts fire and stay quiet as %s says', (file) => run(promtool, 'test', 'rules', file));
});

describeWith([program('amtool', 'prometheus-alertmanager')], 'amtool', (amtool = '') => {
  it('accepts the configuration', () => run(amtool, 'check-config', 'deploy/alertmanager/alertmanager.yml'));
});
