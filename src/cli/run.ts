import type { Command } from 'commander';
import type { Logger } from 'pino';
import { App } from '../app.ts';
import type { Config } from '../config/schema.ts';
import { createLogger } from '../logging.ts';
import { isAtLeast } from '../model/alert.ts';
import { EXIT, UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, FOLLOW, SERVE } from './options.ts';
import { checkPaths } from './paths.ts';
import { deliverMs, stopSignal } from './stop-signal.ts';

/** `nanwatch run [path...]`, the default command. */
export function addRun(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('run', { isDefault: true })
    .description('follow every run under the paths until stopped')
    .argument('[path...]', 'run folders, folders of run folders at any depth, or logs');
  addOptions(command, [...SERVE, ...FOLLOW, ...COMMON]).action(
    async (paths: string[], options: { once?: boolean; exitWhenFinished?: boolean }) => {
      const config = configOf(command, paths);
      if (config.paths.length === 0) throw new UsageError('no path to watch. Try: nanwatch run saves/');
      checkPaths(config.paths, options.once !== true);
      finish(options.once ? await once(config) : await follow(config, options.exitWhenFinished === true));
    },
  );
}

/** The logger that a configuration asks for. */
export function loggerOf(config: Config): Logger {
  return createLogger({
    level: config.log_level,
    format: config.log_format ?? (process.stderr.isTTY ? 'pretty' : 'json'),
  });
}

async function follow(config: Config, exitWhenFinished: boolean): Promise<number> {
  const stopping = stopSignal();
  const app = new App(config, loggerOf(config));
  try {
    await app.start();
    const finished = exitWhenFinished ? whenFinished(app) : new Promise<never>(() => {});
    await app.stop(deliverMs(await Promise.race([stopping, finished])));
    return EXIT.ok;
  } finally {
    await app.stop(0);
  }
}

async function once(config: Config): Promise<number> {
  const app = new App(config, loggerOf(config));
  await app.once(deliverMs('terminate'));
  const incidents = [...app.pipeline.runs.values()].flatMap(({ incidents }) => incidents);
  return incidents.some(({ severity }) => isAtLeast(severity, 'warning')) ? EXIT.incident : EXIT.ok;
}

function whenFinished(app: App): Promise<'terminate'> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!app.isFinished) return;
      clearInterval(timer);
      resolve('terminate');
    }, 500);
  });
}
