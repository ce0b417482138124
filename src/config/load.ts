import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { z } from 'zod';
import { OperatorError } from '../model/operator-error.ts';
import { type Config, configSchema } from './schema.ts';

/** The configuration cannot be used; the message names the value, where it stands and the cure. */
export class ConfigError extends OperatorError {
  override readonly exitCode = 2;
}

/** One setting from the command line or the environment, with the words that name its place. */
export interface Override {
  readonly value: unknown;
  /** Such as `--listen` or `NANWATCH_LISTEN`. */
  readonly place: string;
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Joins defaults, the file and what stands above it.
 *
 * @param file YAML; null for none
 * @param overrides settings that take precedence, by configuration key
 * @throws ConfigError
 */
export function loadConfig(file: string | null, overrides: Readonly<Record<string, Override>>): Config {
  const fromFile = file === null ? {} : readYaml(file);
  const values = { ...fromFile };
  for (const [key, { value }] of Object.entries(overrides)) values[key] = value;
  const parsed = configSchema.safeParse(values);
  if (parsed.success) {
    assertReceiverNames(parsed.data);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw new ConfigError(
    issue === undefined ? 'The configuration is not valid.' : explain(issue, file, overrides, values),
  );
}

/**
 * A configuration with a receiver more for each address.
 *
 * @throws ConfigError
 */
export function withReceivers(config: Config, type: 'webhook' | 'alertmanager', urls: readonly string[]): Config {
  const taken = new Set(config.receivers.map(({ name }) => name));
  const added = urls.map((url) => {
    let name: string = type;
    for (let number = 2; taken.has(name); number++) name = `${type}-${number}`;
    taken.add(name);
    return { type, name, url };
  });
  const { receivers } = loadConfig(null, { receivers: { value: added, place: `--${type}` } });
  return { ...config, receivers: [...config.receivers, ...receivers] };
}

function readYaml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `The configuration ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Check --config.`,
    );
  }
  if (text.length > MAX_FILE_BYTES)
    throw new ConfigError(`The configuration ${file} is larger than 1 MiB. Is it the right file?`);
  // loaded only when there is a file to read: check must start fast
  const { parseDocument } = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const document = parseDocument(text, { prettyErrors: true, maxAliasCount: 100 } as object);
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = problem.linePos?.[0] ?? { line: 1, col: 1 };
    throw new ConfigError(`${file}:${line}:${col}: not valid YAML: ${problem.message.split('\n')[0]}`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`);
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(`${file}: must hold settings such as "listen: 127.0.0.1:9909", one a line.`);
  }
  return value as Record<string, unknown>;
}

function explain(
  issue: z.core.$ZodIssue,
  file: string | null,
  overrides: Readonly<Record<string, Override>>,
  values: unknown,
): string {
  const [key] = issue.path;
  const place = overrides[String(key)]?.place ?? `${file ?? 'configuration'}: ${issue.path.join('.')}`;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(configSchema.shape).join(', ');
    const where = issue.path.length === 0 ? (file ?? 'configuration') : place;
    return `${where}: unknown setting "${issue.keys.join('", "')}".${issue.path.length === 0 ? ` Known are ${known}.` : ''}`;
  }
  const shown = isSecret(issue.path) ? '' : ` ${show(valueAt(values, issue.path))}:`;
  // what is wrong with a key stands one level deeper
  const cause = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return `${place}:${shown} ${cause}`;
}

/** Addresses of receivers may hold tokens: they are not repeated. */
function isSecret(path: readonly PropertyKey[]): boolean {
  return path[0] === 'receivers';
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], values);
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'missing';
}

function assertReceiverNames({ receivers }: Config): void {
  const names = receivers.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new ConfigError(`Two receivers are named "${twice}". Give each its own with "name".`);
}
