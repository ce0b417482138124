import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AlertmanagerBody } from '../../../../src/notify/alertmanager-body.ts';
import { configureReceiver, receiverOptions } from '../../../../src/notify/index.ts';
import { until } from '../../../support/until.ts';
import { temporaryFolder } from '../support.ts';
import { contextOf, hostile, lostWeights } from './notices.ts';

const SECRET = 'PLANTED-in-the-environment';

function receiverOf(command: readonly string[], changes: object = {}) {
  return configureReceiver(receiverOptions.parse({ type: 'command', command, ...changes }), 'zh-CN').receiver;
}

function run(command: readonly string[], changes: object = {}) {
  return receiverOf(command, changes).send(lostWeights(), contextOf());
}

function script(code: string): string[] {
  return [process.execPath, '--eval', code];
}

test('the program gets the JSON of a webhook on its standard input, and its arguments as they are', async () => {
  const file = join(temporaryFolder(), 'got');
  const code = `const { writeFileSync, readFileSync } = require('node:fs');
    writeFileSync(process.argv[1], JSON.stringify({ args: process.argv.slice(2), input: readFileSync(0, 'utf8') }));`;
  const odd = ['$(touch /nowhere)', '; exit 3', '* "quoted"', ''];
  expect(await run([...script(code), file, ...odd])).toEqual({ kind: 'delivered' });
  const { args, input } = JSON.parse(readFileSync(file, 'utf8'));
  expect(args).toEqual(odd);
  const body: AlertmanagerBody = JSON.parse(input);
  expect(body).toMatchObject({ version: '4', status: 'firing' });
  expect(body.alerts[0]?.annotations.summary).toMatch(/权重/);
});

test('the program gets nothing of the environment that may be a secret', async () => {
  process.env.NANWATCH_WEBHOOK = SECRET;
  process.env.AWS_SECRET_ACCESS_KEY = SECRET;
  onTestFinished(() => {
    delete process.env.NANWATCH_WEBHOOK;
    delete process.env.AWS_SECRET_ACCESS_KEY;
  });
  const file = join(temporaryFolder(), 'environment');
  await run([...script(`require('node:fs').writeFileSync(process.argv[1], JSON.stringify(process.env))`), file]);
  const environment = JSON.parse(readFileSync(file, 'utf8'));
  expect(environment.PATH).toBe(process.env.PATH);
  expect(environment.NANWATCH_IDEMPOTENCY_KEY).toBe('a1b2'.repeat(8));
  expect(JSON.stringify(environment)).not.toContain(SECRET);
});

test('exit code 75 asks for another attempt, any other does not', async () => {
  expect(await run(script('process.exit(75)'))).toEqual({ kind: 'retry', reason: 'exit code 75' });
  expect(await run(script('process.exit(3)'))).toEqual({ kind: 'dropped', reason: 'exit code 3' });
  expect(await run(script(`process.kill(process.pid, 'SIGKILL')`))).toEqual({
    kind: 'retry',
    reason: 'ended by SIGKILL',
  });
});

test('a program that is not there, or may not be run, is tried again', async () => {
  const file = join(temporaryFolder(), 'not-a-program');
  expect(await run([file])).toEqual({ kind: 'retry', reason: 'cannot be run: ENOENT' });
  writeFileSync(file, 'echo', { mode: 0o600 });
  expect(await run([file])).toEqual({ kind: 'retry', reason: 'cannot be run: EACCES' });
});

/** Starts a program that waits for ever, and that writes its number when it is there. */
function sleeper(file: string): string[] {
  const child = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
  return script(
    `require('node:child_process').spawn(process.execPath, ['--eval', ${JSON.stringify(child)}], {stdio: 'ignore'}); setInterval(() => {}, 1000)`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // one that nobody has waited for yet is there, but dead
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a program that does not end is ended, with all that it started', async () => {
  const file = join(temporaryFolder(), 'pid');
  expect(await run(sleeper(file), { timeout: '3s' })).toEqual({ kind: 'retry', reason: 'no end within 3000 ms' });
  await until('the child of the program is gone', () => !isAlive(Number(readFileSync(file, 'utf8'))));
});

test('a program is ended when the agent stops', async () => {
  const file = join(temporaryFolder(), 'pid');
  const abort = new AbortController();
  const outcome = receiverOf(sleeper(file)).send(lostWeights(), contextOf({ signal: abort.signal }));
  await until('the child is there', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  abort.abort();
  expect(await outcome).toEqual({ kind: 'retry', reason: 'stopped' });
  await until('the child of the program is gone', () => !isAlive(Number(readFileSync(file, 'utf8'))));
});

test('a program that reads nothing, or writes without end, does no harm', async () => {
  const send = (command: string[]) => receiverOf(command).send(hostile(), contextOf());
  expect(await send(script('process.exit(0)'))).toEqual({ kind: 'delivered' });
  const flood = `for (let i = 0; i < 200; i++) { console.log('x'.repeat(100000)); console.error('y'.repeat(100000)); }`;
  expect(await send(script(flood))).toEqual({ kind: 'delivered' });
});
