import type { Command } from 'commander';
import { UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, FOLLOW, SERVE } from './options.ts';
import { checkPaths } from './paths.ts';

/** `nanwatch run [path...]`, the default command. */
export function addRun(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('run', { isDefault: true })
    .description('follow every run under the paths until stopped')
    .argument('[path...]', 'run folders, folders of run folders at any depth, or logs');
  addOptions(command, [...SERVE, ...FOLLOW, ...COMMON]).action(
    async (paths: string[], options: { once?: boolean; exitWhenFinished?: boolean }) => {
      const config = await configOf(command, paths);
      if (config.paths.length === 0) throw new UsageError('no path to watch. Try: nanwatch run saves/');
      checkPaths(config.paths, options.once !== true);
      // the whole agent is loaded only when it is needed: check must start fast
      const { follow, once } = await import('./agent.ts');
      finish(options.once ? await once(config) : await follow(config, options.exitWhenFinished === true));
    },
  );
}
