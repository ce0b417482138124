import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/nanwatch.js', import.meta.url));

/** A running agent, or any other Node program that prints a JSON line with its `url` when it is ready. */
export class Measured {
  readonly #process: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#process = child;
    this.url = url;
  }

  /** Starts `nanwatch run` on a free port and waits until it has read what is there. */
  static agent(args: readonly string[], stateDir: string): Promise<Measured> {
    const options = ['--listen', '127.0.0.1:0', '--state-dir', join(stateDir, 'state'), '--log-format', 'json'];
    return Measured.start([PROGRAM, 'run', ...options, ...args]);
  }

  static async start(args: readonly string[]): Promise<Measured> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.startsWith('{')) continue;
      const { msg, url } = JSON.parse(line);
      if (msg !== 'ready') continue;
      child.stderr.resume();
      return new Measured(child, url);
    }
    throw new Error(`${args.join(' ')} ended before it was ready`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async text(path: string): Promise<string> {
    return (await fetch(this.url + path)).text();
  }

  /**
   * Time on a processor so far, in seconds, of all its threads. The scheduler's own account: the one in ticks charges a
   * whole tick to whom it finds running, which a timer that wakes with the tick always is.
   */
  get cpuSeconds(): number {
    const tasks = `/proc/${this.#process.pid}/task`;
    const nanoseconds = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
  }

  get memoryMiB(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}
