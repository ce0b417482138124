import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { type Truthy, until } from './until.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A test that ran out of time may go on to start programs: these end with the process at the latest. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program that a test started, with what it has written so far. It does not outlive the test. */
export class Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';

  constructor(path: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
    this.name = `${path} ${args.join(' ')}`;
    this.process = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    running.add(this.process);
    this.process.once('exit', () => running.delete(this.process));
    this.exited = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.exited.catch(() => {});
    onTestFinished(async () => {
      await this.kill();
    });
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null && this.process.pid !== undefined;
  }

  /** What `probe` finds, once it finds something; fails at once when the program ends before that. */
  async until<T>(what: string, probe: () => T | Promise<T>, withinMs = 10_000): Promise<Truthy<T>> {
    const found = await until<{ answer: T } | null>(
      `${what} (${this.name})`,
      async () => {
        const wasRunning = this.running;
        const answer = await Promise.resolve()
          .then(probe)
          .catch(() => undefined as T);
        return answer || !wasRunning ? { answer } : null;
      },
      { withinMs },
    );
    if (!found.answer) throw new Error(`${this.name} ended before this: ${what}\n${this.stderr}${this.stdout}`);
    return found.answer as Truthy<T>;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (this.running) this.process.kill(signal);
    return this.exited;
  }

  /** kill -9. */
  kill(): Promise<Exit> {
    return this.stop('SIGKILL');
  }
}
