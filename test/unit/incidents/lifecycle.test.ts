import { describe, expect, it } from 'vitest';
import { MAX_EVIDENCE } from '../../../src/model/incident.ts';
import { ALONE, brief, range, SEEN, Watched } from './watched.ts';

const NAN = Number.NaN;
const MINUTE = 60_000;

describe('gaps', () => {
  it.each([
    [1, 20],
    [5, 4],
    [10, 2],
    [20, 1],
  ])('of 20 good steps, logged every %i, do not close an incident', (every, good) => {
    const first = 1000;
    const again = first + (good + 1) * every;
    const watched = new Watched().losses(2, range(every, first - every, every)).losses(NAN, [first]);
    watched.losses(2, range(first + every, again - every, every)).losses(NAN, [again]);
    expect(brief(watched.incidents)).toEqual([`TrainerLossNonFinite ${first}-${again} x2 critical firing`]);
  });

  it.each([
    [1, 21],
    [5, 5],
    [10, 3],
    [50, 1],
  ])('of more than 20 good steps, logged every %i, do', (every, good) => {
    const first = 1000;
    const again = first + (good + 1) * every;
    const watched = new Watched().losses(2, range(every, first - every, every)).losses(NAN, [first]);
    watched.losses(2, range(first + every, again - every, every)).losses(NAN, [again]);
    expect(brief(watched.incidents)).toEqual([
      `TrainerLossNonFinite ${first}-${first} x1 critical resolved`,
      `TrainerLossNonFinite ${again}-${again} x1 critical firing`,
    ]);
  });

  it('are counted from the last bad record, not from the first', () => {
    const bad = range(100, 400, 20);
    const watched = new Watched();
    for (const step of range(1, 420)) watched.losses(bad.includes(step) ? NAN : 2, [step]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 100-400 x16 critical firing']);
    watched.losses(2, [421]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 100-400 x16 critical resolved']);
  });

  it('hold no steps of which nothing is known', () => {
    const watched = new Watched().losses(2, range(1, 99)).losses(NAN, [100]);
    for (const step of range(101, 140)) watched.see({ step, grad_norm: 1.3 });
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 100-100 x1 critical firing']);
  });

  it('go on over a resume, whose step back is one good step', () => {
    const watched = new Watched(ALONE).losses(2, range(1, 99)).losses(NAN, [100]);
    watched.losses(2, range(51, 69)).losses(NAN, [70]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 100-70 x2 critical firing']);
  });
});

describe('the end of a run', () => {
  const end = { step: 200, max_steps: 200, epoch: 1 };

  it('closes what had come back', () => {
    const watched = new Watched().losses(2, range(1, 190)).losses(NAN, [191]).losses(2, range(192, 199)).see(end);
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 191-191 x1 critical resolved']);
  });

  it('leaves open what was bad to the last', () => {
    const watched = new Watched().losses(2, range(1, 150)).losses(NAN, range(151, 200)).see(end);
    expect(brief(watched.incidents)).toEqual(['TrainerLossNonFinite 151-200 x50 critical firing']);
  });

  it('closes nothing when it comes too early', () => {
    const watched = new Watched()
      .losses(2, range(1, 90))
      .losses(NAN, [91])
      .losses(2, [92])
      .see({ step: 92, epoch: 0.4 });
    expect(brief(watched.incidents)).toEqual([
      'TrainerLossNonFinite 91-91 x1 critical firing',
      'TrainerFailed 92-92 x1 critical firing',
    ]);
  });

  it('too early becomes information when the run is resumed', () => {
    const watched = new Watched().losses(2, range(1, 130)).see({ step: 131, epoch: 0.4 });
    expect(brief(watched.incidents)).toEqual(['TrainerFailed 131-131 x1 critical firing']);
    watched.see({ step: 131, epoch: 0.4, eval_loss: 2 });
    expect(brief(watched.incidents)).toEqual(['TrainerFailed 131-131 x1 critical firing']);
    watched.losses(2, [111]);
    expect(brief(watched.incidents)).toEqual(['TrainerFailed 131-131 x1 info resolved']);
  });
});

describe('severity', () => {
  it('rises with the trouble and never falls', () => {
    const watched = new Watched().losses(2, range(1, 60)).losses(0, [61]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossZero 61-61 x1 warning firing']);
    watched.losses(0, [62, 63]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossZero 61-63 x3 critical firing']);
    watched.losses(2, [64]).losses(0, [65]);
    expect(brief(watched.incidents)).toEqual(['TrainerLossZero 61-65 x4 critical firing']);
  });

  it('is the one that the operator set, resolved or not', () => {
    const severity = 'info' as const;
    const watched = new Watched({ 'loss-zero': { enabled: true, severity, options: {} } });
    watched.losses(2, range(1, 60)).losses(0, range(61, 70));
    expect(brief(watched.incidents)).toEqual(['TrainerLossZero 61-70 x10 info firing']);

    const failing = new Watched({ 'ended-early': { enabled: true, severity: 'warning', options: {} } });
    failing.losses(2, range(1, 60)).see({ step: 61, epoch: 0.4 });
    expect(brief(failing.incidents)).toEqual(['TrainerFailed 61-61 x1 warning firing']);
    failing.losses(2, [51]);
    expect(brief(failing.incidents)).toEqual(['TrainerFailed 61-61 x1 warning resolved']);
  });
});

describe('evidence', () => {
  it('is the first bad records and the newest, never more than its bound', () => {
    const watched = new Watched().losses(2, range(1, 60)).losses(NAN, range(61, 160));
    const [incident] = watched.incidents;
    expect(incident?.evidence.map(({ step }) => step)).toEqual([61, 62, 63, 64, 157, 158, 159, 160]);
    expect(incident?.evidence).toHaveLength(MAX_EVIDENCE);
  });
});

describe('ids', () => {
  it('are made of alert, attempt and step, and the same when the log is read again', () => {
    const read = () => new Watched().losses(2, range(1, 60)).losses(NAN, [61]).losses(2, range(62, 90)).losses(0, [91]);
    expect(read().incidents.map(({ id }) => id)).toEqual(['TrainerLossNonFinite-1-61', 'TrainerLossZero-1-91']);
    expect(read().incidents.map(({ id }) => id)).toEqual(read().incidents.map(({ id }) => id));
  });

  it('tell attempts apart', () => {
    const attempt = [...range(1, 60), ...range(62, 90)];
    const watched = new Watched(ALONE);
    for (let count = 0; count < 2; count++)
      watched.losses(2, range(1, 60)).losses(NAN, [61]).losses(2, attempt.slice(60));
    expect(watched.incidents.map(({ id }) => id)).toEqual(['TrainerLossNonFinite-1-61', 'TrainerLossNonFinite-2-61']);
  });

  it('are unique where two writers bring each step twice, in any order', () => {
    const watched = new Watched();
    const pass = (bad: number) => watched.losses(NAN, [bad]).losses(2, range(bad + 1, bad + 25));
    pass(100);
    // one record alone is no new attempt
    watched.losses(2, [50]).losses(2, [130]);
    for (const bad of [200, 300, 200, 300, 200]) watched.losses(NAN, [bad]).losses(2, [1000]);
    const ids = watched.incidents.map(({ id }) => id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a stall', () => {
  const last = SEEN + 10 * MINUTE;
  const followed = () => {
    const watched = new Watched();
    for (const at of range(1, 30)) watched.see({ step: at, loss: 2, elapsed_seconds: at * 20 }, SEEN + at * 20_000);
    return watched;
  };

  it('is one incident however often the clock is looked at, with the newest silence as evidence when it gets worse', () => {
    const watched = followed();
    for (let minute = 1; minute <= 9; minute++) watched.book.tick(last + minute * MINUTE);
    expect(brief(watched.incidents)).toEqual(['TrainerStalled 30-30 x1 warning firing']);
    for (let minute = 10; minute <= 20; minute++) watched.book.tick(last + minute * MINUTE);
    expect(brief(watched.incidents)).toEqual(['TrainerStalled 30-30 x1 critical firing']);
    expect(watched.incidents[0]?.evidence.map(({ value }) => value)).toEqual([360, 660]);
  });

  it('has begun when the limit was reached, whenever the agent looked', () => {
    for (const minutes of [6, 7, 500]) {
      const watched = followed();
      watched.book.tick(last + minutes * MINUTE);
      expect(watched.incidents[0]?.startedAtMs).toBe(last + 5 * MINUTE);
      expect(watched.incidents[0]?.id).toBe('TrainerStalled-1-30');
    }
  });

  it('is over with the next record', () => {
    const watched = followed();
    watched.book.tick(last + 6 * MINUTE);
    watched.see({ step: 31, loss: 2, elapsed_seconds: 1020 }, last + 7 * MINUTE);
    expect(brief(watched.incidents)).toEqual(['TrainerStalled 30-30 x1 warning resolved']);
    expect(watched.incidents[0]?.endedAtMs).toBe(last + 7 * MINUTE);
  });

  it('that comes again at the same step is another incident', () => {
    const watched = followed();
    watched.book.tick(last + 6 * MINUTE);
    watched.see({ step: 30, eval_loss: 2, elapsed_seconds: 620 }, last + 7 * MINUTE);
    watched.book.tick(last + 60 * MINUTE);
    expect(watched.incidents.map(({ id }) => id)).toEqual(['TrainerStalled-1-30', 'TrainerStalled-1-30-2']);
  });
});
