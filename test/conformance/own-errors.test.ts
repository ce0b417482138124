import { expect, it, onTestFinished } from 'vitest';
import { type Detector, detectorKind } from '../../src/detectors/detector.ts';
import { DETECTORS } from '../../src/detectors/index.ts';
import type { Format } from '../../src/formats/format.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { trainerLog } from '../../src/formats/trainer-log.ts';
import { FIELD } from '../../src/model/field.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

/** Reads as the real one does, up to a line with `boom` in it, on which it breaks. */
const fragileLog: Format = {
  ...trainerLog,
  open(sink) {
    const reader = trainerLog.open(sink);
    let isBroken = false;
    return {
      push(chunk) {
        if (isBroken) throw new Error('used after it broke');
        const at = chunk.indexOf('boom');
        isBroken = at !== -1;
        reader.push(isBroken ? chunk.subarray(0, at) : chunk);
        if (isBroken) throw new Error('boom');
      },
      settle: () => reader.settle(),
      end: () => reader.end(),
    };
  },
};

/** Finds every loss of 7 bad, and breaks on one of 8 where it is told to. */
const fragileDetector = (breaksIn: 'observe' | 'evidence' | 'tick') =>
  detectorKind({
    alertname: 'TrainerFailed',
    family: 'end',
    options: {},
    goodStepsToResolve: 20,
    create(): Detector {
      let loss = 0;
      const breakIn = (where: string) => {
        if (where === breaksIn && loss === 8) throw new Error(`broken ${where}`);
      };
      return {
        observe(record) {
          loss = record.get(FIELD.loss) ?? 0;
          breakIn('observe');
          return loss >= 7 ? 'bad' : 'silent';
        },
        tick() {
          breakIn('tick');
          return 'silent';
        },
        severity: () => 'warning',
        evidence() {
          breakIn('evidence');
          return [];
        },
      };
    },
  });

/** What is looked at; other detectors have their own opinion of such losses. */
const OWN: ReadonlySet<string> = new Set(['TrainerFailed', 'TrainerLossZero']);

function plantFormat(format: Format): void {
  (FORMATS as Format[]).unshift(format);
  onTestFinished(() => void (FORMATS as Format[]).shift());
}

scenario('a reader that throws loses the rest of what it was given, once, and goes on', (world) => {
  plantFormat(fragileLog);
  world.write('a', lines(1, 3));
  world.write('b', line(1));
  world.start();
  world.write('a', `${line(4)}boom\n${line(5)}${line(6).slice(0, 20)}`);
  world.write('b', line(2));
  world.settle();
  expect([world.records('a'), world.records('b')]).toEqual([4, 2]);
  world.write('a', line(6).slice(20), line(7));
  world.settle();
  world.write('a', 'boom\n');
  world.settle();
  world.write('a', line(8));
  world.write('b', line(3));
  world.settle();
  expect([world.records('a'), world.records('b')]).toEqual([7, 3]);
  expect(world.lastStep('a')).toBe(8);
  expect(world.watch.bad).toEqual([]);
  expect(world.watch.pipeline.counts.bad.internal).toBe(2);
  expect(world.watch.failures).toEqual([`${world.log('a')} boom`]);
  expect(world.watch.problems).toEqual([]);
});

scenario('a reader that throws on the last line, when the run is over, ends nothing', async (world) => {
  plantFormat({
    ...trainerLog,
    open: (sink) => ({
      ...fragileLog.open(sink),
      end() {
        throw new Error('no end');
      },
    }),
  });
  world.write('a', lines(1, 3));
  world.start();
  await world.watch.stop(world.nowMs);
  expect(world.records('a')).toBe(3);
  expect(world.watch.failures).toEqual([`${world.log('a')} no end`]);
});

for (const where of ['observe', 'evidence', 'tick'] as const) {
  scenario(`a detector whose ${where} throws is off for that run, and for no other`, (world) => {
    Object.assign(DETECTORS, { fragile: fragileDetector(where) });
    onTestFinished(() => void delete (DETECTORS as Record<string, unknown>).fragile);
    world.write('a', lines(1, 3));
    world.write('b', lines(1, 3));
    world.start();
    for (const run of ['a', 'b']) world.write(run, line(4, { loss: 7 }));
    world.settle();
    const alertsOf = (run: string) =>
      world.watch
        .run(run)
        .incidents.filter(({ alertname }) => OWN.has(alertname))
        .map(({ alertname, status }) => `${alertname} ${status}`);
    expect(alertsOf('a')).toEqual(['TrainerFailed firing']);
    world.write('a', line(5, { loss: 8 }));
    world.settle();
    world.write('a', line(6, { loss: 7 }), line(7, { loss: 0 }));
    world.write('b', line(5, { loss: 7 }));
    world.settle();
    expect(alertsOf('a')).toEqual(['TrainerFailed resolved', 'TrainerLossZero firing']);
    expect(alertsOf('b')).toEqual(['TrainerFailed firing']);
    expect([world.records('a'), world.records('b')]).toEqual([7, 5]);
    expect(world.watch.failures).toEqual([`TrainerFailed of a broken ${where}`]);
    expect(world.watch.pipeline.counts.bad.internal).toBe(1);
  });
}

it('a listener that throws keeps nothing from being read', () => {
  const failures: string[] = [];
  const fail = (what: string) => () => {
    throw new Error(what);
  };
  const pipeline = new Pipeline(
    {},
    {
      record: fail('record'),
      incident: fail('incident'),
      changed: fail('changed'),
      bad: fail('bad'),
      failed: (where, error) => failures.push(`${where} ${error.message}`),
    },
  );
  const watched = pipeline.open('a', '/runs/a', 0);
  const source = watched.addSource('/runs/a/trainer_log.jsonl', trainerLog);
  watched.goLive(0);
  source.push(Buffer.from(`${lines(1, 3)}noise\n${line(4, { loss: 0 })}${line(5)}`), 0);
  pipeline.tick(1_000);
  expect(watched.run.tally.records).toBe(5);
  expect(watched.incidents.map(({ alertname }) => alertname)).toEqual(['TrainerLossZero']);
  expect(failures).toEqual(['a record', '/runs/a/trainer_log.jsonl bad']);
  // five records, a bad line, an incident that opens, and what is held of the weights after it
  expect(pipeline.counts.bad).toMatchObject({ 'not-json': 1, internal: 8 });
});
