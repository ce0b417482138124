import { describe, expect, it } from 'vitest';
import { LogRecord } from '../../../src/model/record.ts';
import type { RunEvent, RunEventKind } from '../../../src/model/run-event.ts';
import { Join, type PlacedEvent, type Strand } from '../../../src/runs/join.ts';
import { RecordStore } from '../../../src/runs/record-store.ts';
import { type Fields, recordOf } from './records.ts';

interface Said {
  readonly digits?: number;
  readonly keepsSteps?: boolean;
  readonly events?: readonly PlacedEvent[];
  readonly other?: Readonly<Record<string, number>>;
}

function strand(records: readonly Fields[], { digits = 17, keepsSteps = false, events = [], other = {} }: Said = {}) {
  const store = new RecordStore();
  for (const [index, fields] of records.entries()) store.append(recordOf(fields), 1000 + index);
  for (const [name, value] of Object.entries(other)) store.other.set(name, value);
  return { store, events, digits, keepsSteps } satisfies Strand;
}

const log = (records: readonly Fields[], said: Said = {}) => strand(records, { keepsSteps: true, ...said });
const events = (records: readonly Fields[], said: Said = {}) => strand(records, { digits: 7, ...said });
const printed = (records: readonly Fields[], said: Said = {}) => strand(records, { digits: 4, ...said });
const state = strand;

function all(join: Join): Record<string, number>[] {
  const record = new LogRecord();
  return Array.from({ length: join.count }, (_, index) => {
    join.read(index, record);
    return Object.fromEntries(record.entries());
  });
}

function joined(...strands: Strand[]): Record<string, number>[] {
  return all(new Join(strands));
}

function event(kind: RunEventKind): RunEvent {
  return { kind, step: null, text: null };
}

describe('which steps there are', () => {
  const one = [{ step: 1, loss: 2 }];
  const two = [...one, { step: 2, loss: 3 }];
  it.each<[string, Strand[], number | null]>([
    ['the book of steps says', [log(one), events(two)], 0],
    ['a book of steps says, wherever it stands', [events(two), log(one)], 1],
    ['an empty book of steps says, too: the run has only begun', [log([]), state(two)], 0],
    ['else the first one that has any', [events([]), printed(one), state(two)], 1],
    ['not a console that holds nothing but the end', [printed([{ step: 2, epoch: 1 }]), state(two)], 1],
    ['the end, where there is nothing else', [events([]), printed([{ step: 2, epoch: 1 }])], 1],
    ['nobody, where nobody knows', [events([]), printed([])], null],
    ['nobody, where there is nobody', [], null],
  ])('%s', (_, strands, spine) => {
    expect(new Join(strands).spine).toBe(spine === null ? null : strands[spine]);
  });
});

describe('a value', () => {
  it('comes from the most exact source, in whatever order they stand', () => {
    const sources = [
      log([{ step: 1, loss: 2.123456789 }]),
      printed([{ step: 1, loss: 2.123, grad_norm: 0.5 }]),
      events([{ step: 1, loss: 2.1234567, grad_norm: 0.4567891 }]),
      state([{ step: 1, loss: 2.123456789, grad_norm: 0.456789123456 }]),
    ];
    const [spine] = sources as [Strand];
    expect(joined(...sources)).toEqual([{ step: 1, loss: 2.123456789, grad_norm: 0.456789123456 }]);
    expect(joined(...sources.toReversed())).toEqual(joined(...sources));
    expect(joined(...sources.slice(0, 3))).toEqual([{ step: 1, loss: 2.123456789, grad_norm: 0.4567891 }]);
    expect(joined(...sources.slice(0, 2))).toEqual([{ step: 1, loss: 2.123456789, grad_norm: 0.5 }]);
    expect(joined(spine)).toEqual([{ step: 1, loss: 2.123456789 }]);
  });

  it('of the step is that of the spine, and so is the time', () => {
    const join = new Join([
      printed([{ step: 1, loss: 2, max_steps: 10 }]),
      state([{ step: 1, loss: 2, max_steps: 99 }]),
    ]);
    const record = new LogRecord();
    expect(join.read(0, record)).toBe(1000);
    expect(Object.fromEntries(record.entries())).toEqual({ step: 1, max_steps: 10, loss: 2 });
    join.readSpine(0, record);
    expect(Object.fromEntries(record.entries())).toEqual({ step: 1, max_steps: 10, loss: 2 });
  });

  it('is nothing where no source has a record', () => {
    const record = recordOf({ step: 1 });
    expect(new Join([]).read(0, record)).toBeNaN();
    expect(record.entries()).toEqual([]);
  });
});

describe('two records of one step', () => {
  it.each<[boolean, string, (records: readonly Fields[]) => Strand, Fields, Fields]>([
    [true, 'the same', state, { loss: 2.5 }, { loss: 2.5 }],
    [false, 'nearly the same, both exact', state, { loss: 2.5 }, { loss: 2.5000001 }],
    [true, 'the same in single precision', events, { loss: 2.123456789 }, { loss: Math.fround(2.123456789) }],
    [false, 'not the same in single precision', events, { loss: 2.5 }, { loss: 2.50001 }],
    [true, 'the same to four digits', printed, { loss: 2.12345, learning_rate: 1.23456e-5 }, { loss: 2.123 }],
    [false, 'not the same to four digits', printed, { loss: 2.5 }, { loss: 2.51 }],
    [true, 'zero and what is printed as zero', printed, { loss: 4e-5 }, { loss: 0 }],
    [false, 'of the same loss, of another rate', state, { loss: 2, learning_rate: 1 }, { loss: 2, learning_rate: 2 }],
    [true, 'NaN', printed, { loss: Number.NaN }, { loss: Number.NaN }],
    [false, 'NaN and a number', printed, { loss: Number.NaN }, { loss: 0 }],
    [true, 'infinite', printed, { loss: Number.POSITIVE_INFINITY }, { loss: Number.POSITIVE_INFINITY }],
    [false, 'infinite and a number', printed, { loss: Number.POSITIVE_INFINITY }, { loss: 2 }],
    [false, 'infinite in two ways', printed, { loss: Number.POSITIVE_INFINITY }, { loss: Number.NEGATIVE_INFINITY }],
    [true, 'with nothing in common', state, { loss: 2 }, { grad_norm: 1 }],
  ])('agree (%s) when they are %s', (isSame, _, source, mine, its) => {
    const [record] = joined(log([{ step: 1, ...mine }]), source([{ step: 1, ...its, accuracy: 0.25 }]));
    expect(record).toEqual({ step: 1, ...mine, ...(isSame ? { ...its, ...mine, accuracy: 0.25 } : {}) });
  });

  it('are one of training and one of evaluation: each has its own', () => {
    expect(
      joined(
        log([
          { step: 5, loss: 2 },
          { step: 5, eval_loss: 3 },
          { step: 5, epoch: 1 },
        ]),
        state([
          { step: 5, loss: 2, grad_norm: 1 },
          { step: 5, eval_loss: 3, accuracy: 0.5 },
          { step: 5, epoch: 1, tokens_seen: 9 },
        ]),
      ),
    ).toEqual([
      { step: 5, loss: 2, grad_norm: 1 },
      { step: 5, eval_loss: 3, accuracy: 0.5 },
      { step: 5, epoch: 1 },
    ]);
  });
});

describe('what an older run left', () => {
  it('is not mixed in, at higher steps nor at equal ones', () => {
    const old = Array.from({ length: 10 }, (_, index) => ({ step: index + 1, loss: 9 - index / 10, grad_norm: 7 }));
    const now = [
      { step: 1, loss: 2 },
      { step: 2, loss: 1.9 },
    ];
    expect(joined(log(now), state(old))).toEqual(now);
    expect(joined(log(now), printed(old), events(old))).toEqual(now);
  });

  it('does not befall the run, nor leave its numbers', () => {
    const old = state([{ step: 1, loss: 9 }], {
      events: [{ event: event('finished'), after: 1 }],
      other: { entropy: 5 },
    });
    const join = new Join([log([{ step: 1, loss: 2 }]), old]);
    expect(join.events()).toEqual([]);
    expect([...join.other()]).toEqual([]);
  });
});

describe('a run that was resumed', () => {
  const first = [
    { step: 1, loss: 5 },
    { step: 2, loss: 4 },
    { step: 3, loss: 3 },
  ];
  const second = [
    { step: 2, loss: 4 },
    { step: 3, loss: 2.5 },
  ];
  const norms = (records: readonly Fields[], from: number) =>
    records.map((fields, index) => ({ ...fields, grad_norm: from + index }));

  it('has both attempts, each with its own values', () => {
    const console = printed([...norms(first, 1), ...norms(second, 11)]);
    expect(joined(log([...first, ...second]), console).map(({ grad_norm }) => grad_norm)).toEqual([1, 2, 3, 11, 12]);
  });

  it('has in a state only what it went on with: of equal records the newest one', () => {
    const [one] = norms(first, 1) as [Fields];
    const known = state([one, ...norms(second, 11)]);
    expect(joined(log([...first, ...second]), known).map(({ grad_norm }) => grad_norm)).toEqual([
      1,
      undefined,
      undefined,
      11,
      12,
    ]);
  });

  it('has at the newest of equal records what any of its consoles says', () => {
    const last = norms(second, 11).slice(1);
    const sources = [log([...first, ...second]), printed(norms(first, 1)), printed(last)];
    expect(joined(...sources).map(({ grad_norm }) => grad_norm)).toEqual([1, undefined, 3, 2, 12]);
  });
});

describe('what befell the run', () => {
  const steps = [1, 2, 3].map((step) => ({ step, loss: 5 - step }));
  const after = (...placed: readonly (readonly [RunEventKind, number])[]): PlacedEvent[] =>
    placed.map(([kind, count]) => ({ event: event(kind), after: count }));
  const places = (join: Join) => join.events().map((one) => [one.event.kind, one.after]);

  it('has its place behind the record that it came after', () => {
    const console = printed(steps, { events: after(['step-skipped', 0], ['step-skipped', 1], ['traceback', 3]) });
    const expected = [
      ['step-skipped', -1],
      ['step-skipped', 0],
      ['traceback', 2],
    ];
    expect(places(new Join([console]))).toEqual(expected);
    expect(places(new Join([log(steps), console]))).toEqual(expected);
  });

  it('has it also where the source knows but a part of the run', () => {
    const console = printed(steps.slice(1), { events: after(['step-skipped', 0], ['traceback', 2]) });
    expect(places(new Join([log(steps), console]))).toEqual([
      ['step-skipped', 0],
      ['traceback', 2],
    ]);
  });

  it('comes before everything where nothing is logged', () => {
    expect(places(new Join([log([]), printed([], { events: after(['traceback', 0]) })]))).toEqual([['traceback', -1]]);
  });

  it('ends the run behind its closing lines, whoever said so', () => {
    const closing = [{ step: 3, epoch: 1 }];
    const console = printed([...steps, ...closing], { events: after(['finished', 4]) });
    expect(places(new Join([log([...steps, ...closing]), console]))).toEqual([['finished', 3]]);
    const known = state(steps, { events: after(['finished', 3]) });
    expect(places(new Join([log([...steps, ...closing]), known]))).toEqual([['finished', 3]]);
  });
});

describe('numbers under other names', () => {
  it('are the last of each, of the most exact source that has it', () => {
    const join = new Join([
      printed([{ step: 1, loss: 2 }], { other: { entropy: 0.1, kl: 0.2 } }),
      state([{ step: 1, loss: 2 }], { other: { entropy: 0.123456 } }),
    ]);
    expect(Object.fromEntries(join.other())).toEqual({ entropy: 0.123456, kl: 0.2 });
  });
});
