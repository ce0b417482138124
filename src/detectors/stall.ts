import type { Severity } from '../model/alert.ts';
import type { Evidence } from '../model/incident.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Verdict } from './detector.ts';

/**
 * No new record for far longer than usual. Only silence that began under the agent's eyes counts: a log that had been
 * silent too long when it was first seen is an old run, not a stalled one.
 */
export const stall = detectorKind({
  alertname: 'TrainerStalled',
  family: 'stall',
  heeds: [],
  options: {},
  goodStepsToResolve: 0,
  clocked: true,
  create: () => new Stall(),
});

class Stall implements Detector {
  #lastStep: number | null = null;
  #silentMs = 0;
  #limitMs = 0;
  #sinceMs = 0;

  observe(): Verdict {
    return 'good';
  }

  tick(nowMs: number, run: RunFacts): Verdict {
    if (run.ended !== null || run.lastRecordMs === null) return 'silent';
    this.#limitMs = run.stallLimitMs;
    this.#silentMs = nowMs - run.lastRecordMs;
    this.#lastStep = run.lastStep;
    this.#sinceMs = run.lastRecordMs + this.#limitMs;
    return nowMs > this.#sinceMs && this.#sinceMs >= run.firstSeenMs ? 'bad' : 'silent';
  }

  sinceMs(): number {
    return this.#sinceMs;
  }

  severity(): Severity {
    return this.#silentMs > 2 * this.#limitMs ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#lastStep, field: 'seconds_without_record', value: Math.round(this.#silentMs / 1000) }];
  }
}
