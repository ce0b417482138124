import type { Incident } from './model/incident.ts';
import type { Notice } from './model/notice.ts';
import { incidentIdOf, isTold, type NoticeOptions, noticeOf, runKeyOf } from './notices.ts';
import type { Notifier } from './notify/notifier.ts';
import type { WatchedRun } from './pipeline/watched-run.ts';
import type { Run } from './runs/run.ts';

/** Decides what of a run's incidents is news and what is history, and hands it to the notifier. */
export class Teller {
  readonly #notifier: Notifier;
  readonly #options: NoticeOptions;
  readonly #now: () => number;

  constructor(notifier: Notifier, options: NoticeOptions, now: () => number) {
    this.#notifier = notifier;
    this.#options = options;
    this.#now = now;
  }

  /** When a run was first seen by any agent that had this state folder; now for a new one. */
  firstSeenMs(folder: string): number {
    return this.#notifier.firstSeen(runKeyOf(folder)) ?? this.#now();
  }

  /** Something has changed now. */
  incident(watched: WatchedRun, incident: Incident): void {
    this.#tell(watched, incident, false);
  }

  /**
   * All that a log held has been read: what it says is compared with what was told. Of a run that is new, to the agent or
   * to a receiver, what is over is history: all of it when the run has ended, else what had resolved. What was told as firing but is
   * not in the log any more, because another log stands there now or a stall has passed unseen, is told as resolved.
   */
  caughtUp(watched: WatchedRun): void {
    const key = runKeyOf(watched.folder);
    const hasEnded = watched.run.state(this.#now()) !== 'running';
    const { incidents } = watched;
    for (const incident of incidents) {
      this.#tell(watched, incident, hasEnded || incident.status === 'resolved');
    }
    this.#notifier.resolveAbsent(key, new Set(incidents.map((incident) => incidentIdOf(watched, incident))));
    this.#notifier.rememberRun(key);
  }

  /** Says again what fires, to receivers that want to be reminded, and sends what somebody asked for. */
  tick(runs: Iterable<WatchedRun>): void {
    this.#notifier.resend();
    if (!this.#notifier.repeats) return;
    for (const watched of runs) {
      for (const incident of watched.incidents) if (incident.status === 'firing') this.incident(watched, incident);
    }
  }

  /**
   * What fires in these runs, each as it will be when it is asked for: null once it has resolved. Of runs that had ended
   * before they were first seen, nothing: that is history.
   */
  firing(runs: Iterable<WatchedRun>): (() => Notice | null)[] {
    return [...runs].flatMap((watched) => {
      if (!watched.live || hadEnded(watched.run)) return [];
      return watched.incidents.filter(isTold).map(({ id }) => () => {
        const incident = watched.incidents.find((one) => one.id === id && isTold(one));
        return incident === undefined ? null : noticeOf(watched, incident, this.#now(), this.#options);
      });
    });
  }

  #tell(watched: WatchedRun, incident: Incident, over: boolean): void {
    const notice = noticeOf(watched, incident, this.#now(), this.#options);
    // the leader of its group speaks for it; only who has heard of it already hears that it is over
    this.#notifier.tell(notice, { spokenFor: incident.inhibitedBy !== null, over });
  }
}

/** Whether the run was over when it was first seen. */
function hadEnded(run: Run): boolean {
  return (run.lastRecordMs ?? 0) <= run.firstSeenMs && run.state(run.firstSeenMs) !== 'running';
}
