import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/nanwatch.js', import.meta.url));
const TICKS_PER_SECOND = 100;

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

  /** User and system time so far, in seconds, from /proc. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
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
