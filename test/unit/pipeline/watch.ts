import type { Format } from '../../../src/formats/format.ts';
import { trainerLog } from '../../../src/formats/trainer-log.ts';
import type { DetectorSettings } from '../../../src/incidents/enabled.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import type { Source } from '../../../src/pipeline/source.ts';
import type { WatchedRun } from '../../../src/pipeline/watched-run.ts';
import { runView } from '../../../src/view/run-view.ts';

export const READ = 1_700_000_000_000;

/** What a listener of the pipeline was told, in order. */
export type Told = readonly [what: 'record' | 'incident' | 'bad', ...of: readonly unknown[]];

/** One log of one run, read by a pipeline of its own. */
export class Reading {
  readonly told: Told[] = [];
  readonly pipeline: Pipeline;
  readonly watched: WatchedRun;
  readonly source: Source;

  constructor(
    settings: Readonly<Record<string, DetectorSettings>> = {},
    seenMs = READ,
    [name, format]: readonly [name: string, format: Format] = ['trainer_log.jsonl', trainerLog],
  ) {
    this.pipeline = new Pipeline(settings, {
      record: (_, record) => this.told.push(['record', record.step]),
      incident: (_, { alertname, status, severity }) => this.told.push(['incident', alertname, status, severity]),
      changed() {},
      failed: (_, error) => {
        throw error;
      },
      bad: (_, reason, line) => this.told.push(['bad', reason, line]),
    });
    this.watched = this.pipeline.open('run', '/runs/run', seenMs);
    this.source = this.watched.addSource(`/runs/run/${name}`, format);
  }

  /** The next bytes of the log, in these pieces. */
  push(chunks: Iterable<Buffer | string>, arrivedMs = READ): this {
    for (const chunk of chunks) this.source.push(Buffer.from(chunk), arrivedMs);
    return this;
  }

  /** All that anybody can see of the run. */
  state(nowMs = READ) {
    const { watched, pipeline } = this;
    const { tally, attemptLog, stallLimitMs, origin, other } = watched.run;
    return {
      view: runView(watched, nowMs),
      incidents: watched.incidents,
      opened: [...watched.book.opened],
      closedDropped: watched.book.closedDropped,
      counts: pipeline.counts,
      run: { tally, attempts: attemptLog.all, stallLimitMs, origin, other: [...other], otherDropped: other.dropped },
    };
  }
}

/** A whole log, read at once after it was written. */
export function readOnce(log: Buffer | string): Reading {
  const reading = new Reading().push([log]);
  reading.source.end();
  reading.watched.goLive(READ);
  return reading;
}
