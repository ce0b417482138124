import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { recordedLogs } from '../replay/player.ts';
import { UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, SERVE } from './options.ts';
import { checkPaths } from './paths.ts';

/** `nanwatch replay <path>`: a recorded run through the live path. */
export function addReplay(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('replay')
    .description('feed recorded runs through the live path at their own rhythm, then go on serving until stopped')
    .argument('<path>', 'run folder, folder of run folders, or log')
    .addOption(
      new Option('--speed <n>', '2 is twice as fast, max as fast as possible')
        .argParser(parseSpeed)
        .default(1, '1')
        .env('NANWATCH_SPEED'),
    );
  addOptions(command, [...SERVE, ...COMMON]).action(async (path: string, { speed }: { speed: number }) => {
    const config = await configOf(command, [path]);
    checkPaths([path], false);
    const logs = recordedLogs(resolve(path));
    if (logs.length === 0) {
      throw new UsageError(`no training log under ${path}. Name a folder that holds a trainer_log.jsonl.`);
    }
    const { replay } = await import('./agent.ts');
    finish(await replay(config, logs, speed));
  });
}

function parseSpeed(text: string): number {
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
  if (!(speed > 0)) throw new UsageError(`--speed ${text}: must be a number above 0, or max.`);
  return speed;
}
