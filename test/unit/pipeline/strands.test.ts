import { describe, expect, it } from 'vitest';
import { FIELD } from '../../../src/model/field.ts';
import { strandsOf } from '../../../src/pipeline/strands.ts';
import { MAX_STORED } from '../../../src/runs/record-store.ts';
import { logLines, printedLines, Sources, stateOf } from './many-sources.ts';

/** The first and the last step of each strand, and how many records it has. */
function strands(sources: Sources) {
  return strandsOf(sources.watched.sources).map(({ store }) => [
    store.get(0, FIELD.step),
    store.get(store.count - 1, FIELD.step),
    store.count,
  ]);
}

function written(files: Readonly<Record<string, string>>): Sources {
  const sources = new Sources();
  for (const [path, content] of Object.entries(files)) sources.write(path, content);
  return sources;
}

describe('the pieces of a rotated log', () => {
  it.each<[string, string[]]>([
    ['counted', ['train.log', 'train.log.1', 'train.log.2', 'train.log.10']],
    ['dated', ['train.log', 'train.log-20261125', 'train.log-20261124', 'train.log-20251231']],
    ['dated and counted', ['train.log', 'train.log.1', 'train.log.2', 'train.log-20261124']],
    ['of the same day', ['train.log', 'train.log-20261124.2', 'train.log-20261124.1', 'train.log-20261124']],
  ])('are one in the order of their writing when they are %s, however they are found', (_, newestFirst) => {
    const files = newestFirst.map((path, age) => [path, printedLines(100 - age * 10, 109 - age * 10)] as const);
    for (const order of [files, files.toReversed()]) {
      const [strand, ...others] = strandsOf(written(Object.fromEntries(order)).watched.sources);
      const steps = Array.from({ length: 40 }, (_, index) => strand?.store.get(index, FIELD.step));
      expect(steps).toEqual(Array.from({ length: 40 }, (_, index) => 70 + index));
      expect(others).toEqual([]);
    }
  });

  it('are of one log each', () => {
    const sources = written({
      'train.log': printedLines(11, 20),
      'train.log.1': printedLines(1, 10),
      'other.log.1': printedLines(5, 6),
    });
    expect(strands(sources)).toEqual([
      [1, 20, 20],
      [5, 6, 2],
    ]);
  });

  it('keep their events in place', () => {
    const error = 'Traceback (most recent call last):\n  File "train.py", line 1\nValueError: no\n\n';
    const sources = written({ 'train.log.1': printedLines(1, 10) + error, 'train.log': printedLines(11, 12) + error });
    sources.source('train.log').settle();
    const [strand] = strandsOf(sources.watched.sources);
    expect(strand?.events.map(({ event, after }) => [event.kind, after])).toEqual([
      ['traceback', 10],
      ['traceback', 12],
    ]);
  });

  it('count once while one is copied, from its first record to its last, and when the copy has become longer', () => {
    const content = printedLines(1, 30);
    const sources = written({ 'train.log': content });
    for (let length = 0; length < content.length; length += 500) {
      sources.write('train.log.1', content.slice(length, length + 500));
      expect(strands(sources)).toEqual([[1, 30, 30]]);
    }
    sources.write('train.log.1', printedLines(31, 35));
    expect(strands(sources)).toEqual([[1, 35, 35]]);
    sources.write('train.log', printedLines(31, 36));
    expect(strands(sources)).toEqual([[1, 36, 36]]);
    sources.rewrite('train.log', printedLines(37, 40));
    sources.write('train.log.1', printedLines(36, 36));
    expect(strands(sources)).toEqual([[1, 40, 40]]);
  });

  it('count both when the same steps were trained twice, at other speeds', () => {
    const again = printedLines(1, 10).replaceAll('1.65it/s', '1.71it/s');
    expect(strands(written({ 'train.log.1': printedLines(1, 10), 'train.log': again }))).toEqual([[1, 10, 20]]);
  });

  it('may be longer together than one of them can be', () => {
    const half = Math.ceil(MAX_STORED / 2) + 1;
    const sources = written({ 'train.log.1': printedLines(1, half), 'train.log': printedLines(half + 1, 2 * half) });
    expect(strands(sources)).toEqual([[1, 2 * half, 2 * half]]);
    expect(sources.watched.run.tally.records).toBe(2 * half);
  });
});

describe('several sources of one format', () => {
  it('come one by one, the longest first, each format in its place', () => {
    const sources = written({
      'checkpoint-5/trainer_state.json': stateOf(5),
      'trainer_log.jsonl': logLines(1, 3),
      'checkpoint-50/trainer_state.json': stateOf(50),
      'trainer_state.json': stateOf(20),
    });
    expect(strands(sources).map(([, , count]) => count)).toEqual([3, 50, 20, 5]);
  });
});
