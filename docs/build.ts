// Writes the generated pages: node docs/build.ts, or node docs/build.ts --check to see whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configSchema } from '../src/config/schema.ts';
import { ENTRIES } from '../src/knowledge/entries.ts';
import { AGENT, type MetricSpec, PROCESS, TRAINING } from '../src/metrics/names.ts';
import { KNOWLEDGE, type KnowledgeId } from '../src/model/knowledge.ts';
import { LANGUAGES } from '../src/text/index.ts';

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly items?: Property;
  readonly oneOf?: readonly Property[];
  readonly anyOf?: readonly Property[];
}

const GENERATED = '<!-- written by `node docs/build.ts`: change the source, not this page -->';

function metricsPage(): string {
  return [
    '# Metrics',
    GENERATED,
    '`GET /metrics`. Units are base units. NaN and infinities are exported as they are, always beside a finite signal (`trainer_value_finite`, `trainer_nonfinite_total`), since `NaN > x` never fires and some stores drop NaN.',
    '## Runs',
    metricTable(Object.values(TRAINING)),
    '## The agent',
    metricTable(Object.values(AGENT)),
    'And the process metrics of prom-client (`process_*`, `nodejs_*`), of which dashboards and rules use:',
    metricTable(Object.values(PROCESS)),
  ].join('\n\n');
}

function metricTable(specs: readonly MetricSpec[]): string {
  const rows = specs.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function configurationPage(): string {
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Property;
  const top = Object.entries(properties).filter(([name]) => name !== 'receivers' && name !== 'detectors');
  const receiver = properties.receivers?.items;
  const kinds = receiver?.oneOf ?? receiver?.anyOf ?? [];
  return [
    '# Configuration',
    GENERATED,
    'A YAML file, named with `--config`. Every setting of the first table that has a flag also has an environment variable, `NANWATCH_` and its name in capitals. Precedence: flag, environment, file, default. Durations are written `500ms`, `30s`, `15m`, `12h`, `7d`.',
    '```yaml\nlisten: 127.0.0.1:9909\nlabels: { team: nlp }\nreceivers:\n  - type: webhook\n    name: on-call\n    url_file: /run/secrets/webhook-url\n    min_severity: warning\ndetectors:\n  loss-zero: { critical_records: 5 }\n  stall: { enabled: false }\n```',
    '## Settings',
    settingTable(top),
    '## `receivers`',
    'A list. Each has a `type` and the options of its kind; [receivers](receivers.md) shows each with an example. Secrets are best kept in files; they never appear in logs, metrics or the API.',
    '### Of every kind',
    settingTable(sharedOptions(kinds)),
    ...kinds.flatMap((kind) => [`### \`${kind.properties?.type?.const}\``, settingTable(ownOptions(kind, kinds))]),
    '## `detectors`',
    'Settings by detector. What is not named runs with its defaults.',
    ...Object.entries(properties.detectors?.properties ?? {}).flatMap(
      ([name, { description, properties: options = {} }]) => [
        `### \`${name}\``,
        `Alert: \`${description}\`.`,
        settingTable(Object.entries(options)),
      ],
    ),
  ].join('\n\n');
}

type Option = readonly [string, Property];

/** Options that every kind of receiver has; a default is shown where it is the same for all. */
function sharedOptions(kinds: readonly Property[]): Option[] {
  const options = Object.entries(kinds[0]?.properties ?? {}).filter(([name]) => isShared(name, kinds));
  return options.map(([name, option]) => {
    const isSame = kinds.every(({ properties }) => properties?.[name]?.default === option.default);
    return [name, { ...option, default: isSame ? option.default : undefined }];
  });
}

function ownOptions({ properties = {} }: Property, kinds: readonly Property[]): Option[] {
  return Object.entries(properties).filter(([name]) => name !== 'type' && !isShared(name, kinds));
}

function isShared(name: string, kinds: readonly Property[]): boolean {
  const [first, ...others] = kinds.map(({ properties }) => properties?.[name]?.description);
  return first !== undefined && others.every((description) => description === first);
}

function settingTable(settings: readonly (readonly [string, Property])[]): string {
  const rows = settings.map(([name, property]) => {
    const normally = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``;
    const values = property.enum === undefined ? '' : ` (${property.enum.join(', ')})`;
    return `| \`${name}\` | ${normally} | ${property.description ?? ''}${values} |`;
  });
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function knowledgePage(): string {
  return [
    '# Known causes',
    GENERATED,
    'Patterns of trouble that others have met, what caused them there, and what helped. An alert names the pattern that fits best: as likely when all of it is there, as possible when at least half of it is and nothing speaks against it; what is not known of a run (its configuration does not lie beside its log) counts for neither. When no pattern fits, the general advice of the alert stands. Of two that fit equally well, the one with more parts is named, then the upper one.',
    [
      '| pattern | alerts | likely cause | advice | source |',
      '|---|---|---|---|---|',
      ...KNOWLEDGE.map(knowledgeRow),
    ].join('\n'),
  ].join('\n\n');
}

function knowledgeRow(id: KnowledgeId): string {
  const { alerts, conditions, sources } = ENTRIES[id];
  const { cause, advice } = LANGUAGES.en.knowledge[id];
  const cells = [
    conditions.map(({ says }) => says).join('; '),
    alerts.map((name) => `\`${name}\``).join(', '),
    cause,
    advice,
    sources.map(({ name, url }) => `[${name}](${url})`).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

const pages = { 'metrics.md': metricsPage(), 'configuration.md': configurationPage(), 'knowledge.md': knowledgePage() };
const isCheck = process.argv.includes('--check');
for (const [name, page] of Object.entries(pages)) {
  const file = new URL(name, import.meta.url);
  if (!isCheck) writeFileSync(file, `${page}\n`);
  else if (readFileSync(file, 'utf8') !== `${page}\n`) {
    process.stderr.write(`docs/${name} is not what the source says; write it with: node docs/build.ts\n`);
    process.exitCode = 1;
  }
}
