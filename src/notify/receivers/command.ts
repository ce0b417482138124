import { spawn } from 'node:child_process';
import { z } from 'zod';
import { alertmanagerBody } from '../alertmanager-body.ts';
import { errorCode } from '../error-code.ts';
import { inLanguage } from '../message.ts';
import { timeLimit } from '../options.ts';
import { commonOptions, type Outcome, type ReceiverKind, type SendContext } from '../receiver.ts';

const options = z.strictObject({
  ...commonOptions('command'),
  command: z
    .array(z.string())
    .min(1, 'must name a program')
    .describe('Program and its arguments, run as they are, without a shell'),
  timeout: timeLimit('30s'),
});

/** What a program gets of the environment; the rest may hold secrets. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
/** `EX_TEMPFAIL` of sysexits.h: the program asks to be run again. */
const TRY_AGAIN = 75;

/** Runs a program with the webhook's JSON on its standard input. Exit code 0 is delivered, 75 is another attempt. */
export const command: ReceiverKind<typeof options> = {
  type: 'command',
  options,
  create: (configured, lang) => ({
    send(notice, context) {
      const body = alertmanagerBody(inLanguage(notice, lang), context.receiverName, context.externalUrl);
      return run(configured.command, JSON.stringify(body), configured.timeout, context);
    },
  }),
};

function run(
  [program = '', ...args]: readonly string[],
  input: string,
  timeoutMs: number,
  { idempotencyKey, signal }: SendContext,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const env = { ...Object.fromEntries(passed), NANWATCH_IDEMPOTENCY_KEY: idempotencyKey };
  // a group of its own, so that what it started ends with it
  const child = spawn(program, args, { env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const limit = setTimeout(() => end(`no end within ${timeoutMs} ms`), timeoutMs);
  const stop = () => end('stopped');
  signal.addEventListener('abort', stop, { once: true });

  function end(reason: string): void {
    resolve({ kind: 'retry', reason });
    if (child.pid !== undefined) killGroup(child.pid);
  }

  child.on('error', (error) => resolve({ kind: 'retry', reason: `cannot be run: ${errorCode(error)}` }));
  child.on('exit', (code, killedBy) => resolve(outcomeOf(code, killedBy)));
  // a program need not read what it gets
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  if (signal.aborted) stop();
  return promise.finally(() => {
    clearTimeout(limit);
    signal.removeEventListener('abort', stop);
  });
}

function outcomeOf(code: number | null, killedBy: NodeJS.Signals | null): Outcome {
  if (code === 0) return { kind: 'delivered' };
  if (code === null) return { kind: 'retry', reason: `ended by ${killedBy}` };
  return { kind: code === TRY_AGAIN ? 'retry' : 'dropped', reason: `exit code ${code}` };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
