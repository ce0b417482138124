import type { Incident } from './model/incident.ts';
import type { LogRecord } from './model/record.ts';
import type { RunState } from './model/run-state.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { WatchedRun } from './pipeline/watched-run.ts';
import { Live } from './server/live.ts';
import type { AlertState } from './server/routes.ts';
import type { SeriesQuery } from './server/series-query.ts';
import type { Language } from './text/language.ts';
import { incidentView } from './view/incident-view.ts';
import { recordFields, runView } from './view/run-view.ts';
import { seriesView } from './view/series-view.ts';
import type { IncidentView, RunSeriesView, RunView } from './view/wire.ts';

/** Shows the state of the pipeline to those who ask (API) and to those who listen (live stream). */
export class Broadcast {
  readonly live: Live;
  readonly #pipeline: Pipeline;
  readonly #language: Language;
  readonly #now: () => number;
  /** Runs whose view has changed since it was last sent, with the state that was sent. */
  readonly #changed = new Set<WatchedRun>();
  readonly #states = new Map<WatchedRun, RunState>();

  constructor(pipeline: Pipeline, language: Language, version: string, now: () => number) {
    this.#pipeline = pipeline;
    this.#language = language;
    this.#now = now;
    this.live = new Live(() => ({ type: 'hello', version, runs: this.runs(), alerts: this.alerts('all') }));
  }

  runs(): RunView[] {
    return [...this.#pipeline.runs.values()].map((watched) => runView(watched, this.#now()));
  }

  /** One run with its incidents, or undefined when it is not followed. */
  run(id: string): (RunView & { readonly incidents: readonly IncidentView[] }) | undefined {
    const watched = this.#pipeline.runs.get(id);
    if (watched === undefined) return undefined;
    const incidents = watched.incidents.map((incident) => this.#view(watched, incident));
    return { ...runView(watched, this.#now()), incidents };
  }

  /** The past of a run, or undefined when it is not followed. */
  series(id: string, { names, points }: SeriesQuery): RunSeriesView | undefined {
    const watched = this.#pipeline.runs.get(id);
    return watched && seriesView(watched, names, points);
  }

  alerts(state: AlertState): IncidentView[] {
    return [...this.#pipeline.runs.values()]
      .flatMap((watched) => watched.incidents.map((incident) => this.#view(watched, incident)))
      .filter(({ status }) => state === 'all' || status === state);
  }

  record(watched: WatchedRun, record: LogRecord): void {
    this.#changed.add(watched);
    this.live.broadcast(watched.id, () => ({
      type: 'record',
      run: watched.id,
      step: record.step,
      fields: recordFields(record),
    }));
  }

  /** More is known of a run than before: it is sent with the next tick. */
  changed(watched: WatchedRun): void {
    this.#changed.add(watched);
  }

  incident(watched: WatchedRun, incident: Incident): void {
    this.live.broadcast(watched.id, () => ({ type: 'alert', alert: this.#view(watched, incident) }));
  }

  /** A run was read to its end for the first time, or anew because another log stands there: all of it is news. */
  caughtUp(watched: WatchedRun): void {
    this.#send(watched);
    for (const incident of watched.incidents) this.incident(watched, incident);
  }

  removed(watched: WatchedRun): void {
    this.#changed.delete(watched);
    this.#states.delete(watched);
    this.live.broadcast(watched.id, () => ({ type: 'run-removed', run: watched.id }));
  }

  /**
   * Sends the views of runs that have changed since the last call, by a record or by the clock. Whoever joins is greeted
   * with all there is, so that nothing is kept for those to come.
   */
  tick(): void {
    if (this.live.clients === 0) {
      this.#changed.clear();
      return;
    }
    for (const watched of this.#pipeline.runs.values()) {
      if (!watched.live) continue;
      const state = watched.run.state(this.#now());
      if (this.#changed.has(watched) || this.#states.get(watched) !== state) this.#send(watched);
    }
  }

  #view({ run }: WatchedRun, incident: Incident): IncidentView {
    return incidentView(incident, run.context, this.#language);
  }

  #send(watched: WatchedRun): void {
    this.#changed.delete(watched);
    this.#states.set(watched, watched.run.state(this.#now()));
    this.live.broadcast(watched.id, () => ({ type: 'run', run: runView(watched, this.#now()) }));
  }
}
