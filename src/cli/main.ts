import { Command, CommanderError } from 'commander';
import { OperatorError } from '../model/operator-error.ts';
import { VERSION } from '../version.ts';
import { addCheck } from './check.ts';
import { EXIT } from './exit.ts';
import { addNotifications } from './notifications.ts';
import { addNotify } from './notify.ts';
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
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });
  const finish = (result: number) => {
    code = result;
  };
  for (const add of [addRun, addCheck, addReplay, addNotify, addNotifications]) add(program, finish);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`nanwatch: ${error.message}\n`);
  return error.exitCode;
}

/** An error of commander in one line, with a cure. */
function oneLine(text: string): string {
  const line = text
    .replace(/^error: /, 'nanwatch: ')
    .trim()
    .replaceAll('\n', ' ');
  return /[.)]$/.test(line) ? `${line}\n` : `${line}. See nanwatch --help.\n`;
}
