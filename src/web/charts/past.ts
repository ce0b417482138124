import type { RunSeriesView, RunView, ServerMessage } from '../../view/wire.ts';
import { DRAWN } from './charts.ts';
import { History } from './history.ts';

/** The agent is not asked for the same run more often than this. */
export const ASK_AGAIN_MS = 10_000;
/** Records come faster than anybody looks. */
export const SHOW_MS = 200;
const POINTS = 1000;

/** Where the series of a run are, next to the page at `pageUrl`, whatever path a proxy put in front. */
export function seriesUrl(run: string, pageUrl: string): string {
  const url = new URL(`api/v1/runs/${encodeURIComponent(run)}/series`, pageUrl);
  url.search = `?names=${DRAWN.join(',')}&points=${POINTS}`;
  url.hash = '';
  return url.href;
}

/** What is looked at of a run to know whether its past has changed. */
interface Seen {
  readonly attempts: number;
  readonly records: number;
  /** Records of all sources but the one that says which steps there are. */
  readonly others: number;
}

/**
 * Keeps the history of one run while its charts are open: asked for once, then carried on by the live stream. It is
 * asked for anew when the stream cannot tell enough: after a lost connection, when a new attempt began, when another log
 * stands there, when another source of the run said something of steps that are long drawn.
 */
export class Past {
  history: History | null = null;
  /** Why there is none, in the words of the browser or the agent. */
  problem: string | null = null;
  readonly #url: string;
  readonly #run: string;
  readonly #onChange: () => void;
  #asking: AbortController | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  /** Came while the agent was being asked. */
  #meanwhile: Extract<ServerMessage, { type: 'record' }>[] = [];
  #seen: Seen | null = null;

  /** @param onChange there is something new to draw */
  constructor(run: string, url: string, onChange: () => void) {
    this.#run = run;
    this.#url = url;
    this.#onChange = onChange;
  }

  /** Asks now, or as soon as it is time again. */
  ask(): void {
    if (this.#askTimer !== undefined) return;
    const waitMs = Math.max(0, this.#askedMs + ASK_AGAIN_MS - performance.now());
    this.#askTimer = setTimeout(() => void this.#fetch(), waitMs);
  }

  /** Asks at once: somebody waits for it. */
  retry(): void {
    clearTimeout(this.#askTimer);
    this.#askTimer = undefined;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.ask();
  }

  close(): void {
    clearTimeout(this.#askTimer);
    clearTimeout(this.#showTimer);
    this.#asking?.abort();
  }

  /** Takes what the stream says. */
  hear(messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'hello') this.ask();
      else if (message.type === 'record' && message.run === this.#run) this.#record(message);
    }
  }

  /** Takes what is known of the run beside its records. */
  look(view: RunView): void {
    const seen = this.#seen;
    this.#seen = { attempts: view.attempts, records: view.records, others: recordsOfOthers(view) };
    if (seen !== null && isAnother(seen, this.#seen)) this.ask();
    const { last_step: step, seconds_per_step: pace } = view;
    if (step === null || pace === null || this.history === null || step < this.history.lastStep) return;
    this.history.take(step, { seconds_per_step: pace });
    this.#show();
  }

  #record(message: Extract<ServerMessage, { type: 'record' }>): void {
    if (this.#asking !== null) this.#meanwhile.push(message);
    if (this.history === null || message.step === null) return;
    if (!this.history.take(message.step, message.fields)) this.ask();
    this.#show();
  }

  async #fetch(): Promise<void> {
    this.#askTimer = undefined;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#meanwhile = [];
    this.#askedMs = performance.now();
    try {
      const history = new History(await answered(this.#url, asking.signal));
      if (history.kept || this.history === null) this.history = history;
      for (const { step, fields } of this.#meanwhile) {
        if (step !== null && step > this.history.lastStep) this.history.take(step, fields);
      }
      this.problem = null;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.problem = (error as Error).message;
    }
    this.#asking = null;
    this.#onChange();
  }

  #show(): void {
    this.#showTimer ??= setTimeout(() => {
      this.#showTimer = undefined;
      this.#onChange();
    }, SHOW_MS);
  }
}

async function answered(url: string, signal: AbortSignal): Promise<RunSeriesView> {
  const response = await fetch(url, { signal });
  const body = await response.json();
  if (!response.ok) throw new Error(body?.error?.message ?? response.statusText);
  return body;
}

function recordsOfOthers({ sources }: RunView): number {
  return sources.slice(1).reduce((sum, { records }) => sum + records, 0);
}

function isAnother(before: Seen, now: Seen): boolean {
  return before.attempts !== now.attempts || before.others !== now.others || now.records < before.records;
}
