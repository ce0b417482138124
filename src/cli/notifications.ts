import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, STATE } from './options.ts';

interface NotificationsOptions {
  readonly format: 'text' | 'json';
  readonly receiver?: string;
}

/** `nanwatch notifications list|retry`: what could not be delivered. */
export function addNotifications(program: Command, finish: (code: number) => void): void {
  const notifications = program.command('notifications').description('show and re-send what could not be delivered');
  add(notifications, 'list', 'show what was given up, and why', async (stateDir, { format, receiver }) => {
    const { list } = await import('./dead-letters.ts');
    finish(list(stateDir, receiver ?? null, format));
  });
  add(notifications, 'retry', 'send again what was given up', async (stateDir, { format, receiver }, config) => {
    const { retry } = await import('./dead-letters.ts');
    finish(await retry(stateDir, receiver ?? null, format, config));
  });
}

function add(
  parent: Command,
  name: string,
  description: string,
  run: (stateDir: string, options: NotificationsOptions, config: Config) => Promise<void>,
): void {
  const command = parent
    .command(name)
    .description(description)
    .argument('[path...]', 'the paths that the agent watches, when it has no --state-dir')
    .option('--receiver <name>', 'only of this receiver')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'));
  addOptions(command, [...STATE, ...COMMON]).action(async (paths: string[], options: NotificationsOptions) => {
    const config = await configOf(command, paths);
    if (config.state_dir === undefined && config.paths.length === 0) {
      throw new UsageError('which agent? Give its --state-dir, or the paths that it watches.');
    }
    const { defaultStateDir } = await import('../state-dir.ts');
    await run(config.state_dir ?? defaultStateDir(config.paths), options, config);
  });
}
