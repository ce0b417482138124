import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CLOSED } from '../../src/incidents/book.ts';
import { MAX_EVIDENCE } from '../../src/model/incident.ts';
import { MAX_OTHER_NAMES } from '../../src/runs/other-numbers.ts';
import { LANGUAGES } from '../../src/text/index.ts';
import { incidentView } from '../../src/view/incident-view.ts';
import { cut } from '../unit/formats/collect.ts';
import { READ, Reading, readOnce } from '../unit/pipeline/watch.ts';

/** Any number that a log may hold, the odd ones often. */
const number = fc.oneof(
  { weight: 3, arbitrary: fc.double() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      -0,
      -1,
      1,
      Math.SQRT2,
      5e-324,
    ),
  },
);
const elapsed = fc.oneof(
  fc.nat({ max: 999_999 }).map((hours) => `${hours}:00:59`),
  fc.nat({ max: 999_999 }).map((days) => `${days} days, 0:00:00`),
  fc.constantFrom('', '0:00:01', '9'.repeat(50)),
);

/** One line: any of the keys, with any number. */
const anyLine = fc
  .record(
    {
      current_steps: fc.oneof(fc.nat({ max: 60 }), number),
      total_steps: fc.oneof(fc.constant(60), number),
      loss: number,
      eval_loss: number,
      grad_norm: number,
      lr: number,
      epoch: number,
      accuracy: number,
      reward: number,
      throughput: number,
      vram_allocated: number,
      entropy: number,
      elapsed_time: elapsed,
    },
    { requiredKeys: ['current_steps'] },
  )
  .map((fields) => {
    const parts = Object.entries(fields).map(([key, value]) =>
      typeof value === 'string' ? `"${key}": "${value}"` : `"${key}": ${Object.is(value, -0) ? '-0.0' : value}`,
    );
    return `{${parts.join(', ')}}\n`;
  });

/** A log as trainers write it, with trouble, resumes, second writers, closing lines and garbage among its records. */
const likelyLog = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constantFrom('good', 'nan', 'zero', 'norm'), fc.integer({ min: 1, max: 25 })),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom('back', 'evaluation', 'garbage', 'close'), fc.integer({ min: 1, max: 40 })),
      },
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((parts) => {
    let [step, seconds, log] = [0, 0, ''];
    const line = (fields: string) => {
      log +=
        `{"current_steps": ${step}, "total_steps": 300, ${fields}, "elapsed_time": "0:${Math.floor(seconds / 60) % 60}:00"}\n`.replace(
          /:(\d):00"/,
          ':0$1:00"',
        );
    };
    const losses: Record<string, string> = {
      good: '"loss": 2.5, "grad_norm": 0.7',
      nan: '"loss": NaN',
      zero: '"loss": 0.0',
      norm: '"loss": 2.5, "grad_norm": Infinity',
    };
    for (const [kind, size] of parts) {
      const loss = losses[kind];
      for (let at = 0; loss !== undefined && at < size; at++, step++, seconds += 7) line(`${loss}, "epoch": 0.1`);
      if (kind === 'back') [step, seconds] = [Math.max(0, step - size), seconds % 2 === 0 ? 0 : seconds];
      if (kind === 'evaluation')
        line(size % 3 === 0 ? '"eval_loss": NaN, "epoch": 0.1' : '"eval_loss": 2.25, "epoch": 0.1');
      if (kind === 'close') line('"epoch": 0.1');
      if (kind === 'garbage') log += `Traceback ${size}\n{"current_steps": ${size}`;
    }
    return Buffer.from(log);
  });

const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 20 });

describe('the same bytes give the same state', () => {
  it('in any cuts', () => {
    fc.assert(
      fc.property(likelyLog, places, (log, at) => {
        expect(new Reading().push(cut(log, at)).state()).toEqual(new Reading().push([log]).state());
      }),
    );
  });

  it('in any cuts, of records of any numbers', () => {
    const anyLog = fc.array(anyLine, { maxLength: 40 }).map((lines) => Buffer.from(lines.join('')));
    fc.assert(
      fc.property(anyLog, places, (log, at) => {
        expect(new Reading().push(cut(log, at)).state()).toEqual(new Reading().push([log]).state());
      }),
    );
  });

  it('whether they were followed live from any point on, or read afterwards', () => {
    fc.assert(
      fc.property(likelyLog, places, fc.nat({ max: 100_000 }), (log, at, live) => {
        const at0 = live % (log.length + 1);
        const followed = new Reading().push([log.subarray(0, at0)]);
        followed.watched.goLive(READ);
        followed.push(cut(log.subarray(at0), at));
        const read = readOnce(log);
        followed.source.end();
        expect(withoutTimes(followed.state())).toEqual(withoutTimes(read.state()));
      }),
    );
  });

  it('after a restart at any point: what was read anew goes on as if never stopped', () => {
    fc.assert(
      fc.property(likelyLog, fc.nat({ max: 100_000 }), fc.nat({ max: 100_000 }), (log, first, second) => {
        const [stop, later] = [first % (log.length + 1), second % (log.length + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        const undisturbed = new Reading().push(cut(log, [stop, later]));
        // the first agent dies; the second reads from the first byte what is there when it starts, then follows
        new Reading().push([log.subarray(0, stop)]);
        const restarted = new Reading().push([log.subarray(0, later)]);
        restarted.watched.goLive(READ);
        restarted.push([log.subarray(later)]);
        expect(withoutTimes(restarted.state())).toEqual(withoutTimes(undisturbed.state()));
      }),
    );
  });

  it('whether the run came to rest in between, or never', () => {
    const anyLog = fc.array(anyLine, { maxLength: 40 }).map((lines) => Buffer.from(lines.join('')));
    const settings = { stall: { enabled: false, options: {} } };
    fc.assert(
      fc.property(fc.oneof(likelyLog, anyLog), places, (log, at) => {
        const resting = new Reading(settings);
        const restless = new Reading(settings);
        let nowMs = READ;
        // a whole line without its newline is taken when the run is silent, so all pieces end in one
        const ends = at.map((place) => log.indexOf('\n', place % (log.length + 1)) + 1);
        for (const piece of cut(log, ends)) {
          nowMs += 3_600_000;
          resting.push([piece], nowMs);
          restless.push([piece], nowMs);
          for (const { watched, source } of [resting, restless]) watched.atEnd(source, nowMs);
          resting.pipeline.tick(nowMs + 1_200_000);
        }
        for (const { watched } of [resting, restless]) watched.finish(nowMs);
        expect(withoutTimes(resting.state())).toEqual(withoutTimes(restless.state()));
        const recordsOf = ({ told }: Reading) => told.filter(([what]) => what === 'record');
        expect(recordsOf(resting)).toEqual(recordsOf(restless));
      }),
    );
  });

  it('for every recorded log, cut anywhere', () => {
    const folder = 'test/fixtures/runs';
    const runs = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of runs) {
      const log = readFileSync(join(folder, name, 'trainer_log.jsonl'));
      const whole = readOnce(log).state();
      fc.assert(
        fc.property(places, (at) => {
          const pieces = new Reading().push(cut(log, at));
          pieces.source.end();
          pieces.watched.goLive(READ);
          expect(pieces.state()).toEqual(whole);
        }),
        { numRuns: 3 },
      );
    }
  });
});

describe('a stall', () => {
  it('is the same incident for an agent that saw it begin and for one that was restarted during it', () => {
    const log = Array.from(
      { length: 50 },
      (_, at) => `{"current_steps": ${at}, "total_steps": 99, "loss": 2, "elapsed_time": "0:00:${10 + at}"}\n`,
    );
    const seenMs = READ - 3_600_000;
    fc.assert(
      fc.property(fc.integer({ min: 300_001, max: 10_000_000 }), (silentMs) => {
        const saw = new Reading({}, seenMs).push(log);
        saw.watched.goLive(READ);
        for (let ms = 0; ms <= silentMs; ms += 100_000) saw.pipeline.tick(READ + ms);
        saw.pipeline.tick(READ + silentMs);
        const restarted = new Reading({}, seenMs).push(log);
        restarted.watched.goLive(READ + silentMs);
        const identity = ({ watched }: Reading) =>
          watched.incidents.map(({ id, severity, startedAtMs, status }) => ({ id, severity, startedAtMs, status }));
        expect(identity(saw)).toHaveLength(1);
        expect(identity(restarted)).toEqual(identity(saw));
      }),
      { numRuns: 50 },
    );
  });
});

describe('no number in a log', () => {
  it('makes anything throw, or leaves an incident that cannot be told', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 80 }), fc.nat({ max: 80 }), (lines, live) => {
        const reading = new Reading({}, READ - 1_000_000).push(lines.slice(0, live));
        reading.watched.goLive(READ);
        reading.push(lines.slice(live));
        reading.pipeline.tick(READ + 10_000_000);
        const { view, incidents } = reading.state();
        expect(() => JSON.stringify(view)).not.toThrow();
        for (const incident of incidents) {
          const told = incidentView(incident, reading.watched.run.context, LANGUAGES.en);
          expect(told.started_at <= (told.ended_at ?? told.started_at)).toBe(true);
          expect(incident.evidence.length).toBeLessThanOrEqual(MAX_EVIDENCE);
          expect(incident.evidence.length).toBeGreaterThan(0);
        }
        expect(new Set(incidents.map(({ id }) => id)).size).toBe(incidents.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a long run', () => {
  it('keeps no more than its bounds over 100,000 records, whatever they hold', () => {
    const reading = new Reading();
    const pieces: string[] = [];
    for (let step = 0; step < 100_000; step++) {
      const loss = step % 25 === 0 ? 'NaN' : step % 25 === 1 ? '0.0' : '2.5';
      pieces.push(
        `{"current_steps": ${step}, "loss": ${loss}, "grad_norm": ${step % 30 === 0 ? 'NaN' : 0.7}, "name${step % 5000}": ${step}}\n`,
      );
    }
    reading.push([pieces.join('')]);
    const { book, run } = reading.watched;
    expect(run.tally.records).toBe(100_000);
    expect(book.closed).toHaveLength(MAX_CLOSED);
    expect(book.closedDropped).toBeGreaterThan(5_000);
    expect(book.closedDropped + book.all.length).toBe([...book.opened.values()].reduce((a, b) => a + b));
    expect([...run.other].length).toBe(MAX_OTHER_NAMES);
    expect(run.other.dropped).toBe(98_000);
    expect(run.attemptLog.all).toHaveLength(1);
    expect(reading.watched.incidents.every(({ evidence }) => evidence.length <= MAX_EVIDENCE)).toBe(true);
    expect(book.takeChanged().length).toBeLessThanOrEqual(MAX_CLOSED + 3);
  });
});

/** Times depend on when somebody first looked; see `Case.snapshot`. */
function withoutTimes({ incidents, ...state }: ReturnType<Reading['state']>) {
  return {
    ...state,
    incidents: incidents.map(({ startedAtMs, endedAtMs, ...rest }) => ({ ...rest, ended: endedAtMs !== null })),
  };
}
