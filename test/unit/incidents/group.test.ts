import { describe, expect, it } from 'vitest';
import { range, SEEN, Watched } from './watched.ts';

const NAN = Number.NaN;

function groups(watched: Watched): string[] {
  return watched.incidents.map(({ alertname, group, inhibitedBy }) => `${alertname} in ${group} under ${inhibitedBy}`);
}

function trained(): Watched {
  const watched = new Watched();
  for (const step of range(1, 60)) watched.see({ step, loss: 2, grad_norm: 0.7 });
  return watched;
}

describe('incidents of one trouble', () => {
  it('share a group; the most severe leads', () => {
    const watched = trained().see({ step: 61, loss: NAN, grad_norm: NAN });
    expect(groups(watched)).toEqual([
      'TrainerLossNonFinite in TrainerLossNonFinite-1-61 under null',
      'TrainerGradNonFinite in TrainerLossNonFinite-1-61 under TrainerLossNonFinite',
    ]);
  });

  it('keep the group of the first when another takes the lead', () => {
    const watched = trained().see({ step: 61, loss: 2, grad_norm: NAN }).see({ step: 62, loss: NAN, grad_norm: NAN });
    expect(groups(watched)).toEqual([
      'TrainerGradNonFinite in TrainerGradNonFinite-1-61 under TrainerLossNonFinite',
      'TrainerLossNonFinite in TrainerGradNonFinite-1-61 under null',
    ]);
  });

  it('are led by the first of those that are as severe', () => {
    const watched = trained().see({ step: 61, loss: 0, grad_norm: 0.7 }).see({ step: 62, loss: 2, grad_norm: NAN });
    expect(groups(watched)).toEqual([
      'TrainerLossZero in TrainerLossZero-1-61 under null',
      'TrainerGradNonFinite in TrainerLossZero-1-61 under TrainerLossZero',
    ]);
  });

  it('have one leader at any time while they are open', () => {
    const watched = trained();
    const steps: [number, number][] = [
      [0, 0.7],
      [2, NAN],
      [NAN, NAN],
      [0, 0.7],
      [2, 0.7],
      [NAN, 0.7],
      [0, NAN],
      [0, NAN],
      [0, NAN],
    ];
    for (const [at, [loss, grad_norm]] of steps.entries()) {
      watched.see({ step: 61 + at, loss, grad_norm });
      const open = watched.incidents.filter(({ status }) => status === 'firing');
      expect(open.filter(({ inhibitedBy }) => inhibitedBy === null)).toHaveLength(1);
      expect(new Set(open.map(({ group }) => group)).size).toBe(1);
    }
  });

  it('are led by what remains when the leader is over, and those who were led are told', () => {
    const watched = trained().see({ step: 61, loss: NAN, grad_norm: NAN });
    for (const step of range(62, 81)) watched.see({ step, loss: 2, grad_norm: step === 70 ? NAN : 0.7 });
    watched.book.takeChanged();
    watched.see({ step: 82, loss: 2, grad_norm: 0.7 });
    expect(watched.incidents.map(({ status }) => status)).toEqual(['resolved', 'firing']);
    expect(groups(watched)[1]).toBe('TrainerGradNonFinite in TrainerLossNonFinite-1-61 under null');
    expect(watched.book.takeChanged().map(({ alertname }) => alertname)).toEqual([
      'TrainerLossNonFinite',
      'TrainerGradNonFinite',
    ]);
  });

  it('that begin after all was over are another group', () => {
    const watched = trained().see({ step: 61, loss: NAN, grad_norm: NAN });
    for (const step of range(62, 90)) watched.see({ step, loss: 2, grad_norm: 0.7 });
    watched.see({ step: 91, loss: NAN, grad_norm: NAN });
    expect(new Set(watched.incidents.map(({ group }) => group))).toEqual(
      new Set(['TrainerLossNonFinite-1-61', 'TrainerLossNonFinite-1-91']),
    );
  });
});

it('troubles of different kinds do not lead each other', () => {
  const watched = new Watched();
  for (const at of range(1, 30))
    watched.see({ step: at, loss: at === 30 ? NAN : 2, elapsed_seconds: at * 20 }, SEEN + at * 20_000);
  watched.book.tick(SEEN + 1_000_000);
  expect(groups(watched)).toEqual([
    'TrainerLossNonFinite in TrainerLossNonFinite-1-30 under null',
    'TrainerStalled in TrainerStalled-1-30 under null',
  ]);
});
