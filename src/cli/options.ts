import { type Command, Option } from 'commander';
import type { Override } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { DEFAULTS, SETTINGS } from '../config/settings.ts';

/** One option of the command line: also a variable of the environment and, with a key, a setting of the file. */
interface OptionSpec {
  readonly flags: string;
  readonly help: string;
  /** Key in the configuration. */
  readonly key?: keyof Config;
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
}

function setting(key: keyof Config, flags: string, choices?: readonly string[]): OptionSpec {
  return { flags, key, help: SETTINGS[key], ...(choices && { choices }) };
}

export const COMMON: readonly OptionSpec[] = [
  { flags: '--config <file>', help: 'YAML file with settings' },
  setting('log_level', '--log-level <level>'),
  setting('log_format', '--log-format <format>', ['json', 'pretty']),
  setting('lang', '--lang <language>', ['en', 'zh-CN']),
];

/** Who is told, in short. */
export const TELL: readonly OptionSpec[] = [
  {
    flags: '--webhook <url>',
    help: "tell this address, in Alertmanager's format; may be repeated, in the environment separated by spaces",
    repeatable: true,
  },
  {
    flags: '--alertmanager <url>',
    help: 'post alerts to this Alertmanager as Prometheus does; may be repeated likewise',
    repeatable: true,
  },
];

/** What is remembered where, and who is told. */
export const STATE: readonly OptionSpec[] = [setting('state_dir', '--state-dir <dir>'), ...TELL];

export const SERVE: readonly OptionSpec[] = [setting('listen', '--listen <host:port>'), ...STATE];

export const FOLLOW: readonly OptionSpec[] = [
  { ...setting('log', '--log <run=path>'), repeatable: true },
  setting('poll', '--poll'),
  setting('ignore_older', '--ignore-older <duration>'),
  setting('linger', '--linger <duration>'),
  { flags: '--once', help: 'read what is there, deliver, and exit as check does' },
  { flags: '--exit-when-finished', help: 'stop when every run has ended' },
];

const NO: ReadonlySet<string> = new Set(['', '0', 'false', 'no']);

/** Adds options to a command; each can also be given as `NANWATCH_<OPTION>`. */
export function addOptions(command: Command, specs: readonly OptionSpec[]): Command {
  for (const { flags, help, key, repeatable, choices } of specs) {
    const option = new Option(flags, help);
    const variable = `NANWATCH_${option.name().toUpperCase().replaceAll('-', '_')}`;
    // commander takes a variable that is set at all for yes
    const value = process.env[variable];
    if (option.required || value === undefined || !NO.has(value)) option.env(variable);
    if (choices !== undefined) option.choices([...choices]);
    if (repeatable) {
      option.argParser((value: string, before: string[] | undefined) => [
        ...(before ?? []),
        ...value.trim().split(key === 'log' ? /\s+(?=[^\s=]+=)/ : /\s+/),
      ]);
    }
    command.addOption(option);
  }
  return command;
}

/**
 * The configuration of a command: its flags over the environment over the file over the defaults.
 *
 * @throws ConfigError
 */
export async function configOf(command: Command, paths: readonly string[]): Promise<Config> {
  const values = command.opts<Record<string, unknown>>();
  const overrides: Record<string, Override> = {};
  for (const option of command.options) {
    const key = option.name().replaceAll('-', '_');
    const value = values[option.attributeName()];
    if (!(key in SETTINGS) || value === undefined) continue;
    const fromEnvironment = command.getOptionValueSource(option.attributeName()) === 'env';
    overrides[key] = { value, place: fromEnvironment ? (option.envVar ?? key) : `--${option.name()}` };
  }
  const { config: file = null, webhook = [], alertmanager = [] } = values as Partial<Given>;
  const isPlain = file === null && Object.keys(overrides).length + webhook.length + alertmanager.length === 0;
  if (isPlain && paths.every((path) => path !== '')) return { ...DEFAULTS, paths: [...paths] };
  if (paths.length > 0) overrides.paths = { value: paths, place: 'paths' };
  // the schema is loaded only when there is something to judge: check must start fast
  const { loadConfig, withReceivers } = await import('../config/load.ts');
  const config = withReceivers(loadConfig(file, overrides), 'webhook', webhook);
  return withReceivers(config, 'alertmanager', alertmanager);
}

interface Given {
  readonly config: string;
  readonly webhook: readonly string[];
  readonly alertmanager: readonly string[];
}
