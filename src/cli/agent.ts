import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { App } from '../app.ts';
import type { Config } from '../config/schema.ts';
import { createLogger } from '../logging.ts';
import { isAtLeast } from '../model/alert.ts';
import { play } from '../replay/player.ts';
import type { FoundLog } from '../tail/discovery.ts';
import { compactMemory } from './compact.ts';
import { EXIT } from './exit.ts';
import { deliverMs, stopSignal } from './stop-signal.ts';

/** The logger that a configuration asks for. */
function loggerOf(config: Config): Logger {
  return createLogger({
    level: config.log_level,
    format: config.log_format ?? (process.stderr.isTTY ? 'pretty' : 'json'),
  });
}

/** Follows the runs of `config` until it is told to stop, or all have ended. Returns the exit code. */
export async function follow(config: Config, exitWhenFinished: boolean): Promise<number> {
  const stopping = stopSignal();
  const app = new App(config, loggerOf(config));
  try {
    await app.start();
    compactMemory();
    const finished = exitWhenFinished ? whenFinished(app) : new Promise<never>(() => {});
    const ended = app.inputEnded.then(() => 'terminate' as const);
    const request = await Promise.race([stopping, finished, ended]);
    await app.stop(deliverMs(request), request === 'terminate' ? config.linger : 0);
    return EXIT.ok;
  } finally {
    await app.stop(0);
  }
}

/** Reads what is there once and delivers what is due. Returns the exit code that `check` would give. */
export async function once(config: Config): Promise<number> {
  const app = new App(config, loggerOf(config));
  await app.once(deliverMs('terminate'));
  const incidents = [...app.pipeline.runs.values()].flatMap(({ incidents }) => incidents);
  return incidents.some(({ severity }) => isAtLeast(severity, 'warning')) ? EXIT.incident : EXIT.ok;
}

/**
 * Writes recorded logs anew into a temporary folder and follows them there until it is told to stop.
 *
 * @param speed 2 is twice as fast; Infinity as fast as it goes
 */
export async function replay(config: Config, logs: readonly FoundLog[], speed: number): Promise<number> {
  const stopping = stopSignal();
  const logger = loggerOf(config);
  const stage = mkdtempSync(join(tmpdir(), 'nanwatch-replay-'));
  try {
    const into = join(stage, 'runs');
    const app = new App({ ...config, paths: [into], state_dir: config.state_dir ?? join(stage, 'state') }, logger);
    try {
      await app.start();
      const playing = new AbortController();
      const played = play(logs, into, speed, playing.signal).then(
        () => logger.info({ logs: logs.length }, 'everything has been replayed; serving until stopped'),
        (error: Error) => logger.error({ error: error.message }, 'the replay broke off'),
      );
      const request = await stopping;
      playing.abort();
      await played;
      await app.stop(deliverMs(request));
      return EXIT.ok;
    } finally {
      await app.stop(0);
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
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
