import { describe, expect, it } from 'vitest';
import { MAX_CLOSED } from '../../../src/incidents/book.ts';
import { brief, range, SEEN, Watched } from './watched.ts';

const NAN = Number.NaN;
/** A loss that stays what it is, is no progress. */
const NO_PLATEAU = { 'loss-plateau': { enabled: false, options: {} } };

describe('what changed', () => {
  it('is told once, at the moment it changes', () => {
    const watched = new Watched().losses(2, range(1, 60));
    const taken = () => brief(watched.book.takeChanged().map((one) => one.snapshot(watched.run)));
    expect(taken()).toEqual([]);
    watched.losses(0, [61]);
    expect(taken()).toEqual(['TrainerLossZero 61-61 x1 warning firing']);
    expect(taken()).toEqual([]);
    watched.losses(2, range(62, 81));
    expect(taken()).toEqual([]);
    watched.losses(2, [82]);
    expect(taken()).toEqual(['TrainerLossZero 61-61 x1 warning resolved']);
  });

  it('is kept within bounds while nobody asks', () => {
    const watched = new Watched(NO_PLATEAU);
    for (const at of range(1, MAX_CLOSED + 100)) watched.losses(NAN, [at * 100]).losses(2, [at * 100 + 50]);
    expect(watched.book.takeChanged()).toHaveLength(MAX_CLOSED);
  });
});

it('counts what it opened by alert, and drops the oldest of what is closed', () => {
  const watched = new Watched(NO_PLATEAU);
  for (const at of range(1, MAX_CLOSED + 100)) watched.losses(NAN, [at * 100]).losses(2, [at * 100 + 50]);
  expect(watched.book.opened).toEqual(new Map([['TrainerLossNonFinite', MAX_CLOSED + 100]]));
  expect([watched.book.closed.length, watched.book.closedDropped]).toEqual([MAX_CLOSED, 100]);
  expect(watched.book.all[0]?.firstStep).toBe(101 * 100);
});

it('knows the last good step before an incident', () => {
  const watched = new Watched().losses(2, range(5, 60, 5)).losses(NAN, [65, 70]);
  expect(watched.book.open.map(({ lastGoodStep }) => lastGoodStep)).toEqual([60]);
  expect(new Watched().losses(NAN, [5]).book.open.map(({ lastGoodStep }) => lastGoodStep)).toEqual([null]);
});

it('leaves out a detector that is switched off, and hands the others their options', () => {
  const watched = new Watched({
    'loss-nonfinite': { enabled: false, options: {} },
    'loss-zero': { enabled: true, options: { critical_records: 1 } },
  });
  watched.losses(2, range(1, 60)).losses(NAN, [61]).losses(0, [62]);
  expect(brief(watched.incidents)).toEqual(['TrainerLossZero 62-62 x1 critical firing']);
});

describe('times', () => {
  it('of an incident are worked out back from the newest record, and stay as they were first told', () => {
    const watched = new Watched();
    for (const step of range(1, 100)) watched.see({ step, loss: step === 61 ? NAN : 2, elapsed_seconds: step }, SEEN);
    const [incident] = watched.incidents;
    expect([incident?.startedAtMs, incident?.endedAtMs]).toEqual([SEEN - 39_000, SEEN - 18_000]);
    watched.see({ step: 101, loss: 2, elapsed_seconds: 140 }, SEEN);
    expect(watched.incidents[0]?.startedAtMs).toBe(SEEN - 39_000);
  });

  it('never end before they begin', () => {
    const watched = new Watched().losses(2, range(1, 60)).see({ step: 61, loss: NAN }, SEEN + 5000);
    watched.incidents;
    watched.see({ step: 100, loss: 2, elapsed_seconds: 1 }, SEEN);
    const [incident] = watched.incidents;
    expect(incident?.status).toBe('resolved');
    expect(incident?.endedAtMs).toBe(incident?.startedAtMs);
  });
});
