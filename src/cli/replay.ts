import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { App } from '../app.ts';
import { play, recordedLogs } from '../replay/player.ts';
import { EXIT, UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, SERVE } from './options.ts';
import { checkPaths } from './paths.ts';
import { loggerOf } from './run.ts';
import { deliverMs, stopSignal } from './stop-signal.ts';

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
    const config = configOf(command, [path]);
    checkPaths([path], false);
    const from = resolve(path);
    const logs = recordedLogs(from);
    if (logs.length === 0)
      throw new UsageError(`no training log under ${path}. Name a folder that holds a trainer_log.jsonl.`);

    const stage = mkdtempSync(join(tmpdir(), 'nanwatch-replay-'));
    const into = join(stage, 'runs');
    const stopping = stopSignal();
    const playing = new AbortController();
    const logger = loggerOf(config);
    const app = new App({ ...config, paths: [into], state_dir: config.state_dir ?? join(stage, 'state') }, logger);
    try {
      await app.start();
      const played = play(logs, from, into, speed, playing.signal).then(
        () => logger.info({ logs: logs.length }, 'everything has been replayed; serving until stopped'),
        (error: Error) => logger.error({ error: error.message }, 'the replay broke off'),
      );
      const request = await stopping;
      playing.abort();
      await played;
      await app.stop(deliverMs(request));
      finish(EXIT.ok);
    } finally {
      await app.stop(0);
      rmSync(stage, { recursive: true, force: true });
    }
  });
}

function parseSpeed(text: string): number {
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
  if (!(speed > 0)) throw new UsageError(`--speed ${text}: must be a number above 0, or max.`);
  return speed;
}
