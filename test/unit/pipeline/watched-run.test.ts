import { describe, expect, it } from 'vitest';
import { trainingArgs } from '../../../src/formats/training-args.ts';
import { MAX_STORED } from '../../../src/runs/record-store.ts';
import { FOLDER, logLines, printedLines, Sources, stateOf } from './many-sources.ts';
import { READ } from './watch.ts';

const LOG = 'trainer_log.jsonl';
const CONSOLE = 'train.log';
const STATE = 'trainer_state.json';

/** NaN at these steps, else a healthy norm. */
const bad =
  (...steps: readonly number[]) =>
  (step: number) =>
    steps.includes(step) ? 'nan' : '0.5';

const inState = (normAt: (step: number) => string) => (step: number) => (normAt(step) === 'nan' ? 'NaN' : '0.512345');

describe('a run of one source', () => {
  it('is followed record by record', () => {
    const sources = new Sources().write(CONSOLE, printedLines(1, 5));
    expect(sources.watched.live).toBe(true);
    expect(sources.steps).toEqual([]);
    const { run } = sources.watched;
    sources.write(CONSOLE, printedLines(6, 7)).write(CONSOLE, printedLines(8, 8));
    expect(sources.steps).toEqual([6, 7, 8]);
    expect(sources.watched.run).toBe(run);
  });
});

describe('a source that comes late', () => {
  it('opens, changes and resolves incidents, each of which is told once', () => {
    const sources = new Sources().write(LOG, logLines(1, 60));
    expect(sources.watched.incidents).toEqual([]);
    sources.write(CONSOLE, printedLines(1, 60, bad(58, 59)));
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite firing 2']);
    sources
      .write(LOG, logLines(61, 61))
      .pass(1000)
      .write(CONSOLE, printedLines(61, 61, bad(61)))
      .pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite firing 3']);
    sources.write(LOG, logLines(62, 200)).write(CONSOLE, printedLines(62, 200)).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite resolved 3']);
    sources
      .pass(1000)
      .write(STATE, stateOf(200, inState(bad(58, 59, 61))))
      .pass(1000);
    expect(sources.toldIncidents()).toEqual([]);
    expect(sources.watched.run.latest('grad_norm')).toBe(0.512345);
  });

  it('does not tell a record twice', () => {
    const sources = new Sources().write(LOG, logLines(1, 10)).write(CONSOLE, printedLines(1, 10));
    for (let step = 11; step <= 20; step++) {
      sources.write(LOG, logLines(step, step)).write(CONSOLE, printedLines(step, step)).pass(1000);
    }
    expect(sources.steps).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(sources.watched.run.tally.records).toBe(20);
  });

  it('keeps the run as it is until all of it has been read', () => {
    const sources = new Sources().write(LOG, logLines(1, 60));
    const source = sources.source(CONSOLE);
    source.push(Buffer.from(printedLines(1, 59, bad(59))), READ);
    sources.pass(1000);
    expect(sources.incidents).toEqual([]);
    sources.watched.atEnd(source, sources.nowMs);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite firing 1']);
  });

  it('may take an incident back: it is over then', () => {
    const sources = new Sources().write(CONSOLE, printedLines(1, 60, bad(59, 60)));
    expect(sources.watched.incidents).toHaveLength(1);
    sources.write(LOG, logLines(1, 20)).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite resolved 2']);
    expect(sources.watched.incidents).toEqual([]);
  });

  it('does not move the beginnings of incidents', () => {
    const sources = new Sources().write(CONSOLE, printedLines(1, 60, bad(60)));
    const [{ id, startedAtMs } = expect.fail('no incident')] = sources.watched.incidents;
    sources.pass(5000).write(LOG, logLines(1, 60).replaceAll('"epoch"', '"elapsed_time": "0:00:01", "epoch"'));
    sources
      .pass(5000)
      .write(STATE, stateOf(60, inState(bad(60))))
      .pass(5000);
    expect(sources.watched.incidents).toMatchObject([{ id, startedAtMs }]);
  });
});

describe('a state that is written anew', () => {
  it('keeps what it said while it is half written', () => {
    const sources = new Sources().write(LOG, logLines(1, 70)).write(STATE, stateOf(60, inState(bad(60))));
    const next = stateOf(70, inState(bad(60)));
    const [first, second] = [next.slice(0, 500), next.slice(500)];
    const { incidents } = sources.watched;
    expect(incidents).toHaveLength(1);
    sources.rewrite(STATE).pass(1000).rewrite(STATE, first).pass(1000);
    expect(sources.watched.live).toBe(true);
    expect(sources.watched.incidents).toEqual(incidents);
    expect(sources.watched.run.latest('grad_norm')).toBeNaN();
    sources.write(STATE, second).pass(1000);
    expect(sources.watched.incidents).toMatchObject([{ id: incidents[0]?.id, occurrences: 1 }]);
    expect(sources.watched.run.latest('grad_norm')).toBe(0.512345);
  });

  it('counts nothing twice, alone or beside a log', () => {
    const alone = new Sources().write(STATE, stateOf(10));
    alone.rewrite(STATE, stateOf(20)).pass(1000);
    expect(alone.watched.run.tally.records).toBe(20);
    alone.write(LOG, logLines(1, 15)).pass(1000);
    expect(alone.watched.run.tally.records).toBe(15);
  });
});

describe('the log that keeps the steps', () => {
  it('is another run when it was replaced; what the others said of the old one is not mixed in', () => {
    const sources = new Sources().write(LOG, logLines(1, 60)).write(CONSOLE, printedLines(1, 60, bad(60)));
    expect(sources.watched.incidents).toHaveLength(1);
    sources.rewrite(LOG, logLines(1, 30).replaceAll('"loss": 2', '"loss": 7')).pass(1000);
    expect(sources.watched.live).toBe(true);
    expect(sources.watched.incidents).toEqual([]);
    expect(sources.watched.run.tally.records).toBe(30);
    expect(sources.watched.run.latest('grad_norm')).toBeUndefined();
  });
});

describe('a source that is removed', () => {
  it('takes along what it alone knew', () => {
    const sources = new Sources().write(LOG, logLines(1, 60)).write(CONSOLE, printedLines(1, 60, bad(60)));
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite firing 1']);
    sources.remove(CONSOLE).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite resolved 1']);
    expect(sources.watched.run.latest('grad_norm')).toBeUndefined();
    sources.write(LOG, logLines(61, 61));
    expect(sources.watched.run.tally.records).toBe(61);
  });

  it('leaves the run to the others', () => {
    const sources = new Sources().write(LOG, logLines(1, 20)).write(CONSOLE, printedLines(1, 30));
    sources.remove(LOG).pass(1000);
    expect(sources.watched.run.lastStep).toBe(30);
    sources.watched.removeSource(new Sources().source(LOG));
    expect(sources.watched.sources).toHaveLength(1);
  });
});

describe('a stall', () => {
  it('lives on when the run is joined anew, and ends with the next record, told once', () => {
    const sources = new Sources(READ - 10_000_000).write(LOG, logLines(1, 60));
    sources.pass(1_900_000).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerStalled firing 1']);
    const [stall] = sources.watched.incidents;
    sources.write(STATE, stateOf(60)).pass(1000);
    expect(sources.toldIncidents()).toEqual([]);
    expect(sources.watched.incidents).toMatchObject([
      { id: stall?.id, startedAtMs: stall?.startedAtMs, status: 'firing' },
    ]);
    sources.write(LOG, logLines(61, 61)).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerStalled resolved 1']);
    sources.write(STATE, ' ').rewrite(STATE, stateOf(61)).pass(1000);
    expect(sources.toldIncidents()).toEqual([]);
    expect(sources.watched.incidents).toMatchObject([{ id: stall?.id, status: 'resolved' }]);
    expect(sources.watched.book.opened.get('TrainerStalled')).toBe(1);
  });
});

describe('the configuration', () => {
  it('is that of the best source, key by key, as it stands now', () => {
    const sources = new Sources().write(STATE, stateOf(5, undefined, 77));
    expect(sources.watched.context).toEqual({ max_steps: 77 });
    const file = sources.pipeline.addConfiguration(`${FOLDER}/training_args.yaml`, FOLDER, trainingArgs);
    file.push(Buffer.from('learning_rate: 0.1\nmax_steps: 50\n'), READ);
    file.atEnd();
    expect(sources.watched.context).toMatchObject({ learning_rate: 0.1, max_steps: 50 });
    file.restart();
    file.push(Buffer.from('learning_'), READ);
    expect(sources.watched.context).toMatchObject({ learning_rate: 0.1 });
    file.push(Buffer.from('rate: 0.2\n'), READ);
    file.atEnd();
    expect(sources.watched.context).toMatchObject({ learning_rate: 0.2, max_steps: 77 });
    sources.rewrite(STATE, stateOf(5, undefined, 88));
    expect(sources.watched.context.max_steps).toBe(88);
    sources.pipeline.removeConfiguration(file);
    expect(sources.watched.context).toEqual({ max_steps: 88 });
  });

  it('is that of the newest checkpoint', () => {
    const sources = new Sources();
    for (const [step, maxSteps] of [
      [50, 100],
      [150, 200],
      [100, 100],
    ] as const) {
      sources.write(`checkpoint-${step}/trainer_state.json`, stateOf(step, undefined, maxSteps));
    }
    expect(sources.watched.context.max_steps).toBe(200);
  });
});

describe('a run that is longer than its memory', () => {
  it('goes on record by record, and hears of trouble from its other sources', () => {
    const sources = new Sources().write(LOG, logLines(1, MAX_STORED + 1)).write(CONSOLE, printedLines(1, 20));
    sources.pass(1000);
    expect(sources.watched.run.tally.records).toBe(MAX_STORED + 1);
    sources.write(LOG, logLines(MAX_STORED + 2, MAX_STORED + 5));
    expect(sources.steps).toEqual([2, 3, 4, 5].map((more) => MAX_STORED + more));
    sources.write(CONSOLE, printedLines(MAX_STORED + 5, MAX_STORED + 5, bad(MAX_STORED + 5))).pass(1000);
    expect(sources.toldIncidents()).toEqual(['TrainerGradNonFinite firing 1']);
    expect(sources.watched.run.tally.records).toBe(MAX_STORED + 5);
  });

  it('does not count a piece twice that rotation has cut off', () => {
    const content = printedLines(1, MAX_STORED + 10, bad(MAX_STORED));
    const sources = new Sources().write(CONSOLE, content);
    const norms = () => sources.watched.incidents.filter(({ alertname }) => alertname === 'TrainerGradNonFinite');
    const incidents = norms();
    expect(incidents).toHaveLength(1);
    sources
      .write('train.log.1', content)
      .rewrite(CONSOLE, printedLines(MAX_STORED + 11, MAX_STORED + 12))
      .pass(1000);
    expect(sources.watched.run.tally.records).toBe(MAX_STORED + 12);
    expect(norms()).toMatchObject([{ id: incidents[0]?.id, occurrences: 1 }]);
    expect(sources.toldIncidents()).toEqual([]);
  });
});

describe('more that is known of a live run', () => {
  it('is told when a late source or a configuration brings it', () => {
    const sources = new Sources().write(LOG, logLines(1, 5));
    sources.write(STATE, stateOf(5));
    expect(sources.changes).toBe(1);
    const file = sources.pipeline.addConfiguration(`${FOLDER}/training_args.yaml`, FOLDER, trainingArgs);
    file.push(Buffer.from('learning_rate: 0.1\n'), READ);
    file.atEnd();
    expect(sources.changes).toBe(2);
  });
});

describe('a file that is written whole and stays broken', () => {
  it('is said once, a minute later', () => {
    const sources = new Sources().write(LOG, logLines(1, 5)).write(STATE, '{"log_history": [');
    const file = sources.pipeline.addConfiguration(`${FOLDER}/training_args.yaml`, FOLDER, trainingArgs);
    file.push(Buffer.from('a: [1\n'), READ);
    file.atEnd();
    sources.pass(59_000);
    expect(sources.bad).toEqual([]);
    sources.pass(2_000).pass(120_000);
    expect(sources.bad.toSorted()).toEqual(['incomplete', 'not-yaml']);
  });

  it('is not said when the rest came in time', () => {
    const whole = stateOf(5);
    const sources = new Sources().write(LOG, logLines(1, 5)).write(STATE, whole.slice(0, 20));
    sources.pass(50_000).write(STATE, whole.slice(20)).pass(120_000);
    expect(sources.bad).toEqual([]);
  });
});
