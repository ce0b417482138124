import { describe, expect, it } from 'vitest';
import { firingByRun, matches, orderRuns, troublesOf } from '../../../src/web/order.ts';
import { incidentView, runView } from './page-samples.ts';

describe('incidents', () => {
  it('of one group are folded under the one that leads', () => {
    const follower = incidentView('1', { group: 'g', inhibited_by: 'TrainerGradNonFinite' });
    const leader = incidentView('2', { group: 'g', alertname: 'TrainerGradNonFinite', severity: 'warning' });
    expect(troublesOf([follower, leader], 'firing')).toEqual([{ leader, followers: [follower] }]);
  });

  it('without their leader are led by the worst of them', () => {
    const mild = incidentView('1', { group: 'g', inhibited_by: 'TrainerFailed', severity: 'warning' });
    const bad = incidentView('2', { group: 'g', inhibited_by: 'TrainerFailed' });
    expect(troublesOf([mild, bad], 'firing')).toEqual([{ leader: bad, followers: [mild] }]);
  });

  it('of different runs never share a fold', () => {
    const groups = troublesOf(
      [incidentView('1', { group: 'g' }), incidentView('2', { group: 'g', run: 'b' })],
      'firing',
    );
    expect(groups).toHaveLength(2);
  });

  it('are listed worst first, the newest of equals on top', () => {
    const listed = troublesOf(
      [
        incidentView('info', { severity: 'info' }),
        incidentView('old', { started_at: '2026-11-24T01:00:00Z' }),
        incidentView('new', { started_at: '2026-11-24T02:00:00Z' }),
        incidentView('lost', { weights: 'lost', started_at: '2026-11-24T00:00:00Z' }),
        incidentView('over', { status: 'resolved' }),
      ],
      'firing',
    );
    expect(listed.map(({ leader }) => leader.id)).toEqual(['lost', 'new', 'old', 'info']);
  });

  it('that are over are listed newest first', () => {
    const over = (id: string, ended_at: string) => incidentView(id, { status: 'resolved', ended_at });
    const listed = troublesOf([over('old', '2026-11-24T01:00:00Z'), over('new', '2026-11-24T02:00:00Z')], 'resolved');
    expect(listed.map(({ leader }) => leader.id)).toEqual(['new', 'old']);
  });
});

describe('runs', () => {
  const entry = (run: string, state: 'running' | 'stalled' | 'finished' | 'failed' = 'running') => ({
    view: runView(run, { state }),
    trail: [],
  });

  it('stand in the order in which they need a look', () => {
    const firing = firingByRun([
      incidentView('1', { run: 'bad', severity: 'warning' }),
      incidentView('2', { run: 'bad' }),
      incidentView('3', { run: 'odd', severity: 'info' }),
      incidentView('4', { run: 'well', status: 'resolved' }),
    ]);
    const runs = [
      entry('f', 'finished'),
      entry('x', 'failed'),
      entry('s', 'stalled'),
      entry('run-10'),
      entry('run-9'),
      entry('well', 'finished'),
      entry('odd', 'finished'),
      entry('bad', 'failed'),
    ];
    expect(orderRuns(runs, firing).map(({ view }) => view.run)).toEqual([
      'bad',
      'odd',
      'run-9',
      'run-10',
      's',
      'x',
      'f',
      'well',
    ]);
  });

  it('are found by parts of the name and by the state', () => {
    const run = entry('Qwen/lora "中文"', 'failed');
    expect(matches(run, 'qwen lora')).toBe(true);
    expect(matches(run, '中文 failed')).toBe(true);
    expect(matches(run, 'qwen running')).toBe(false);
  });
});
