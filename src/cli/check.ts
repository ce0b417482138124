import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { Follow } from '../follow.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../model/alert.ts';
import { outsideLogs } from '../outside.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { Tail } from '../tail/tail.ts';
import { NO_WAKER } from '../tail/waker.ts';
import { loadLanguage } from '../text/load.ts';
import { EXIT } from './exit.ts';
import { addOptions, COMMON, configOf } from './options.ts';
import { checkPaths } from './paths.ts';
import { Progress } from './progress.ts';
import { jsonReport, textReport } from './report.ts';

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
    const config = await configOf(command, paths);
    checkPaths(config.paths, false);
    const nowMs = Date.now();
    const pipeline = await readOnce(config, nowMs);
    const runs = [...pipeline.runs.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const language = await loadLanguage(config.lang);
    const report = options.format === 'json' ? jsonReport(runs, language, nowMs) : textReport(runs, language, nowMs);
    process.stdout.write(report);
    sayBadLines(pipeline);
    const failed = runs.some(({ incidents }) => incidents.some(({ severity }) => isAtLeast(severity, options.failOn)));
    finish(failed ? EXIT.incident : EXIT.ok);
  });
}

/** Reads every log under the paths of `config` to its end. */
async function readOnce(config: Config, nowMs: number): Promise<Pipeline> {
  const pipeline = new Pipeline(config.detectors, {
    record() {},
    incident() {},
    changed() {},
    bad() {},
    failed: (where, error) =>
      process.stderr.write(`nanwatch: an error of nanwatch itself at ${where}, please report it: ${error.message}\n`),
  });
  const follow = new Follow(
    pipeline,
    {
      firstSeenMs: () => nowMs,
      found() {},
      caughtUp() {},
      gone() {},
      problem: (path, reason) =>
        process.stderr.write(`nanwatch: ${path} cannot be read (${reason}) and is left out.\n`),
      healed() {},
    },
    () => nowMs,
  );
  const tail = new Tail({
    paths: config.paths,
    outside: outsideLogs(config),
    poll: true,
    once: true,
    ignoreOlderMs: Number.POSITIVE_INFINITY,
    waker: NO_WAKER,
    listener: follow,
  });
  const progress = new Progress();
  tail.tick(nowMs);
  while (tail.isBusy) {
    await new Promise((resolve) => setImmediate(resolve));
    progress.update(
      () => tail.counts.bytes,
      () => bytesOf(pipeline),
    );
  }
  progress.clear();
  await tail.stop(nowMs);
  follow.end();
  return pipeline;
}

/** Size of the logs that were opened so far. */
function bytesOf({ runs }: Pipeline): number {
  const sources = [...runs.values()].flatMap((watched) => watched.sources);
  return sources.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Lines that were left out, by reason: nothing is lost silently. */
function sayBadLines({ counts }: Pipeline): void {
  const reasons = Object.entries(counts.bad).filter(([, count]) => count > 0);
  if (reasons.length === 0) return;
  const list = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ');
  process.stderr.write(`nanwatch: some lines are no records and were left out: ${list}.\n`);
}
