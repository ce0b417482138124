import { describe, expect, it } from 'vitest';
import { FIELD } from '../../../src/model/field.ts';
import { LogRecord } from '../../../src/model/record.ts';
import { MAX_STORED, RecordStore } from '../../../src/runs/record-store.ts';
import { type Fields, recordOf } from './records.ts';

function storeOf(...records: Fields[]): RecordStore {
  const store = new RecordStore();
  for (const [index, fields] of records.entries()) store.append(recordOf(fields), index);
  return store;
}

function at(store: RecordStore, index: number): Record<string, number> {
  const record = new LogRecord();
  store.fill(index, record);
  return Object.fromEntries(record.entries());
}

describe('what is stored', () => {
  it('comes back as it was, however many, absent fields absent', () => {
    const store = new RecordStore();
    for (let step = 0; step < 5000; step++) {
      store.append(recordOf(step % 2 === 0 ? { step, loss: step / 3 } : { step, eval_loss: Number.NaN }), step * 10);
    }
    expect(store.count).toBe(5000);
    for (const index of [0, 15, 16, 17, 1023, 1024, 1025, 2047, 2048, 4999]) {
      expect(at(store, index)).toEqual(
        index % 2 === 0 ? { step: index, loss: index / 3 } : { step: index, eval_loss: Number.NaN },
      );
      expect(store.arrivedMs(index)).toBe(index * 10);
    }
  });

  it('does not change with the record that it was taken from', () => {
    const store = new RecordStore();
    const record = recordOf({ step: 1, loss: 2 });
    store.append(record, 0);
    record.set(FIELD.loss, 3);
    expect(store.get(0, FIELD.loss)).toBe(2);
  });

  it('is nothing where there is nothing', () => {
    const store = storeOf({ step: 1 });
    expect([store.get(0, FIELD.loss), store.get(1, FIELD.step), store.get(-1, FIELD.step)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(at(store, 7)).toEqual({});
  });

  it('fills only the gaps of a record', () => {
    const record = recordOf({ step: 1, loss: Number.NaN });
    storeOf({ step: 2, loss: 3, grad_norm: 4 }).fill(0, record);
    expect(record.entries()).toEqual([
      ['step', 1],
      ['loss', Number.NaN],
      ['grad_norm', 4],
    ]);
  });

  it.each([[3], [undefined]])('is bounded, by %s', (most) => {
    const store = new RecordStore(most);
    const bound = most ?? MAX_STORED;
    const record = recordOf({ step: 1 });
    for (let count = 0; count < bound + 2; count++) store.append(record, count);
    expect([store.count, store.dropped]).toEqual([bound, 2]);
    expect(store.arrivedMs(bound - 1)).toBe(bound - 1);
  });
});

describe('the kind of a record', () => {
  it.each<[string, Fields]>([
    ['training', { step: 1, loss: 2 }],
    ['training', { step: 1, grad_norm: Number.NaN }],
    ['training', { step: 1, loss: 1, eval_loss: 2 }],
    ['evaluation', { step: 1, eval_loss: 2 }],
    ['other', { step: 1, epoch: 2 }],
  ])('is %s for %o', (kind, fields) => {
    expect(storeOf(fields).kind(0)).toBe(kind);
    expect(storeOf({ step: 0 }, fields).hasTraining).toBe(kind === 'training');
  });
});

describe('a record that came in parts', () => {
  it.each<[boolean, string, Fields]>([
    [true, 'the rest of it', { step: 5, grad_norm: 1, epoch: 0.5 }],
    [true, 'what is of no kind', { step: 5, tokens_seen: 9 }],
    [false, 'another step', { step: 6, grad_norm: 1 }],
    [false, 'a number that is there', { step: 5, loss: 2, grad_norm: 1 }],
    [false, 'another kind', { step: 5, eval_loss: 1 }],
  ])('is completed (%s) by %s', (isCompleted, _, fields) => {
    expect(storeOf({ step: 5, loss: 2, epoch: 0.5 }).isCompletedBy(0, recordOf(fields))).toBe(isCompleted);
  });

  it('holds all of them', () => {
    const store = storeOf({ step: 4 }, { step: 5, loss: 2 });
    store.amendLast(recordOf({ step: 5, grad_norm: Number.NaN }));
    expect(at(store, 1)).toEqual({ step: 5, loss: 2, grad_norm: Number.NaN });
    expect(at(store, 0)).toEqual({ step: 4 });
    new RecordStore().amendLast(recordOf({ step: 1 }));
  });
});

describe('the beginning of another one', () => {
  const three = storeOf({ step: 1, loss: 2 }, { step: 2, loss: Number.NaN }, { step: 3 });
  it.each<[boolean, string, RecordStore]>([
    [true, 'itself', three],
    [true, 'its first records', storeOf({ step: 1, loss: 2 }, { step: 2, loss: Number.NaN })],
    [false, 'other values', storeOf({ step: 1, loss: 3 })],
    [false, 'another set of fields', storeOf({ step: 1, loss: 2, epoch: 0 })],
    [false, 'nothing', storeOf()],
  ])('is (%s) %s, either way', (isSame, _, other) => {
    expect(three.beginsAs(other)).toBe(isSame);
    expect(other.beginsAs(three)).toBe(isSame);
  });
});
