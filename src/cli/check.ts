import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { Follow } from '../follow.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../model/alert.ts';
import { Pipeline, type WatchedRun } from '../pipeline.ts';
import { Tail } from '../tail/tail.ts';
import { NO_WAKER } from '../tail/waker.ts';
import { LANGUAGES } from '../text/index.ts';
import { EXIT } from './exit.ts';
import { addOptions, COMMON, configOf } from './options.ts';
import { checkPaths } from './paths.ts';
import { jsonReport, textReport } from './report.ts';
import { loggerOf } from './run.ts';

interface CheckOptions {
  readonly format: 'text' | 'json';
  readonly failOn: Severity;
}

/** `nanwatch check <path...>`: reads logs once and reports. */
export function addCheck(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('check')
    .description('read finished or running logs once, report every incident; exit 1 when there is one')
    .argument('<path...>', 'run folders, folders of run folders at any depth, or logs')
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['text', 'json'])
        .default('text')
        .env('NANWATCH_FORMAT'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'least severity that makes it exit 1')
        .choices([...SEVERITIES])
        .default('warning')
        .env('NANWATCH_FAIL_ON'),
    );
  addOptions(command, COMMON).action(async (paths: string[], options: CheckOptions) => {
    const config = configOf(command, paths);
    checkPaths(config.paths, false);
    const nowMs = Date.now();
    const runs = await readOnce(config, nowMs);
    const language = LANGUAGES[config.lang];
    process.stdout.write(
      options.format === 'json' ? jsonReport(runs, language, nowMs) : textReport(runs, language, nowMs),
    );
    const failed = runs.some(({ incidents }) => incidents.some(({ severity }) => isAtLeast(severity, options.failOn)));
    finish(failed ? EXIT.incident : EXIT.ok);
  });
}

/** Reads every log under the paths of `config` to its end. Runs come in the order of their names. */
async function readOnce(config: Config, nowMs: number): Promise<WatchedRun[]> {
  const logger = loggerOf(config);
  const pipeline = new Pipeline(config.detectors, {
    record() {},
    incident() {},
    bad: ({ path }, reason, line) => logger.debug({ path, reason, line }, 'a line is no record'),
  });
  const follow = new Follow(
    pipeline,
    {
      firstSeenMs: () => nowMs,
      found() {},
      caughtUp() {},
      gone() {},
      problem: (path, reason) => logger.warn({ path, reason }, 'cannot be read; left out'),
      healed() {},
    },
    () => nowMs,
  );
  const tail = new Tail({
    paths: config.paths,
    poll: true,
    ignoreOlderMs: Number.POSITIVE_INFINITY,
    waker: NO_WAKER,
    listener: follow,
  });
  tail.tick(nowMs);
  tail.drain(nowMs);
  await tail.stop(nowMs);
  follow.end();
  return [...pipeline.runs.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
