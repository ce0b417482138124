import { type Command, Option } from 'commander';
import { loadConfig, type Override } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';

/** One option of the command line: also a variable of the environment and, with a key, a setting of the file. */
interface OptionSpec {
  readonly flags: string;
  readonly help: string;
  /** Key in the configuration. */
  readonly key?: keyof Config;
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
}

const DESCRIBED = configSchema.shape;

function setting(key: keyof Config, flags: string, choices?: readonly string[]): OptionSpec {
  return { flags, key, help: DESCRIBED[key].description ?? '', ...(choices && { choices }) };
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
export function configOf(command: Command, paths: readonly string[]): Config {
  const values = command.opts<Record<string, unknown>>();
  const overrides: Record<string, Override> = {};
  for (const option of command.options) {
    const key = option.name().replaceAll('-', '_');
    const value = values[option.attributeName()];
    if (!(key in DESCRIBED) || value === undefined) continue;
    const fromEnvironment = command.getOptionValueSource(option.attributeName()) === 'env';
    overrides[key] = { value, place: fromEnvironment ? (option.envVar ?? key) : `--${option.name()}` };
  }
  if (paths.length > 0) overrides.paths = { value: paths, place: 'paths' };
  const config = loadConfig((values.config as string | undefined) ?? null, overrides);
  return (['webhook', 'alertmanager'] as const).reduce(
    (before, type) => withReceivers(before, type, (values[type] as string[] | undefined) ?? []),
    config,
  );
}

function withReceivers(config: Config, type: 'webhook' | 'alertmanager', urls: readonly string[]): Config {
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
