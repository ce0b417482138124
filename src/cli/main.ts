import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/load.ts';
import { StateLockedError } from '../notify/outbox-file.ts';
import { PortTakenError } from '../server/http-server.ts';
import { VERSION } from '../version.ts';
import { addCheck } from './check.ts';
import { EXIT, UsageError } from './exit.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';

/**
 * The program.
 *
 * @param args without the names of Node and the script
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command('nanwatch')
    .description('Watches the logs of fine-tuning jobs: metrics, alerts, a live page.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'nanwatch: ')) });
  const finish = (result: number) => {
    code = result;
  };
  for (const add of [addRun, addCheck, addReplay]) add(program, finish);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError || error instanceof UsageError) return say(error, EXIT.usage);
  if (error instanceof PortTakenError || error instanceof StateLockedError) return say(error, EXIT.failure);
  throw error;
}

function say(error: Error, code: number): number {
  process.stderr.write(`nanwatch: ${error.message}\n`);
  return code;
}
