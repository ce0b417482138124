import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IncidentView, RunView } from '../../src/view/wire.ts';
import { Child, type Exit } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { parseMetrics, type Sample } from './metrics.ts';

/** The program as it is installed. */
const PROGRAM = fileURLToPath(new URL('../../bin/nanwatch.js', import.meta.url));

type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface AgentOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** An agent that runs and is ready. */
export class Agent extends Child {
  url = '';

  /** Lines of its log so far that are JSON. */
  get log(): LogLine[] {
    return this.stderr
      .split('\n')
      .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? JSON.parse(line) : []));
  }

  /** Waits until it is ready, and knows its address then. */
  async ready(): Promise<this> {
    this.url = String((await this.logged('ready')).url);
    return this;
  }

  /** The first line of the log with this message, once it is there. */
  logged(message: string, withinMs?: number): Promise<LogLine> {
    return this.until(`logs "${message}"`, () => this.log.find(({ msg }) => msg === message), withinMs);
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
  }

  async json<T = unknown>(path: string): Promise<T> {
    return (await (await this.get(path)).json()) as T;
  }

  async runs(): Promise<readonly RunView[]> {
    return (await this.json<{ runs: RunView[] }>('/api/v1/runs')).runs;
  }

  async alerts(state = 'all'): Promise<readonly IncidentView[]> {
    return (await this.json<{ alerts: IncidentView[] }>(`/api/v1/alerts?state=${state}`)).alerts;
  }

  async metrics(): Promise<readonly Sample[]> {
    return parseMetrics(await (await this.get('/metrics')).text());
  }

  /** Waits until it has read `count` records of a run. */
  async hasRead(run: string, count: number, withinMs?: number): Promise<RunView> {
    return this.until(
      `${count} records of ${run} are read`,
      async () => (await this.runs()).find((view) => view.run === run && view.records >= count),
      withinMs,
    );
  }
}

/** What a child of a test inherits: nothing of the tester's own settings. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const home = temporaryFolder();
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  return { PATH, LANG, HOME: home, XDG_STATE_HOME: join(home, 'state'), NO_COLOR: '1', ...extra };
}

/** Starts the program without waiting for anything. */
export function launchAgent(args: readonly string[], { env = {}, cwd }: AgentOptions = {}): Agent {
  return new Agent(process.execPath, [PROGRAM, ...args], { env: cleanEnvironment(env), ...(cwd && { cwd }) });
}

/** Starts an agent on any free port, and waits until it is ready. It has a state folder of its own unless told. */
export function startAgent(args: readonly string[], options: AgentOptions = {}): Promise<Agent> {
  return launchAgent(['run', '--listen', '127.0.0.1:0', ...args], options).ready();
}

export interface Outcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], options: AgentOptions = {}): Promise<Outcome> {
  const child = launchAgent(args, options);
  const exit = await child.exited;
  return { ...exit, stdout: child.stdout, stderr: child.stderr };
}
