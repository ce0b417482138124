import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../src/view/wire.ts';
import { MAX_INCIDENTS, MAX_RUNS, MAX_VALUES, NOTHING_YET, reduce } from '../../../src/web/store.ts';
import { MAX_TRAIL } from '../../../src/web/trail.ts';
import { incidentView, runView } from './page-samples.ts';

const NOW = Date.parse('2026-11-24T03:10:00Z');
const hello = (runs = [runView('a')], alerts = [incidentView('1')], version = '0.1.0'): ServerMessage => ({
  type: 'hello',
  version,
  runs,
  alerts,
});
const record = (run: string, step: number | null, fields: Record<string, number | 'NaN'>): ServerMessage => ({
  type: 'record',
  run,
  step,
  fields,
});

describe('the page state', () => {
  it('is what hello says, and hello replaces everything', () => {
    const before = reduce(NOTHING_YET, [hello(), record('a', 101, { loss: 1 })], NOW);
    const after = reduce(before, [hello([runView('b')], [])], NOW);
    expect([...after.runs.keys()]).toEqual(['b']);
    expect(after.incidents.size).toBe(0);
    expect(after.runs.get('b')?.trail).toEqual([1.5]);
  });

  it('drops what came before a hello of the same batch', () => {
    const state = reduce(NOTHING_YET, [hello(), record('a', 101, { loss: 9 }), hello()], NOW);
    expect(state.runs.get('a')?.trail).toEqual([1.5]);
  });

  it('notices that the agent was updated', () => {
    const first = reduce(NOTHING_YET, [hello()], NOW);
    expect(first.updated).toBe(false);
    expect(reduce(first, [hello()], NOW).updated).toBe(false);
    expect(reduce(first, [hello([], [], '0.2.0')], NOW).updated).toBe(true);
  });

  it('joins a record to what is known of its run', () => {
    const state = reduce(NOTHING_YET, [hello(), record('a', 250, { loss: 1.25, learning_rate: 1e-5 })], NOW);
    expect(state.runs.get('a')?.view).toMatchObject({
      last_step: 250,
      progress: 0.25,
      records: 11,
      last_record_at: '2026-11-24T03:10:00.000Z',
      values: { loss: 1.25, grad_norm: 0.8, learning_rate: 1e-5 },
    });
  });

  it('keeps NaN in the values and in the trail', () => {
    const state = reduce(NOTHING_YET, [hello(), record('a', 101, { loss: 'NaN' })], NOW);
    expect(state.runs.get('a')?.view.values.loss).toBe('NaN');
    expect(state.runs.get('a')?.trail).toEqual([1.5, Number.NaN]);
  });

  it('does not lose the step to a record without one', () => {
    const state = reduce(NOTHING_YET, [hello(), record('a', null, { tokens_per_second: 3 })], NOW);
    expect(state.runs.get('a')?.view.last_step).toBe(100);
    expect(state.runs.get('a')?.trail).toHaveLength(1);
  });

  it('keeps the trail when the run itself is told anew', () => {
    const known = reduce(NOTHING_YET, [hello(), record('a', 101, { loss: 1 })], NOW);
    const state = reduce(known, [{ type: 'run', run: runView('a', { state: 'finished' }) }], NOW);
    expect(state.runs.get('a')).toMatchObject({ view: { state: 'finished' }, trail: [1.5, 1] });
  });

  it('takes up a run that is new, and ignores records of one that is not known', () => {
    const state = reduce(
      NOTHING_YET,
      [hello(), { type: 'run', run: runView('new') }, record('?', 1, { loss: 1 })],
      NOW,
    );
    expect([...state.runs.keys()]).toEqual(['a', 'new']);
  });

  it('forgets a removed run and what fires in it, not what was resolved', () => {
    const alerts = [incidentView('1'), incidentView('2', { status: 'resolved' }), incidentView('3', { run: 'b' })];
    const state = reduce(
      NOTHING_YET,
      [hello([runView('a'), runView('b')], alerts), { type: 'run-removed', run: 'a' }],
      NOW,
    );
    expect([...state.runs.keys()]).toEqual(['b']);
    expect([...state.incidents.keys()]).toEqual(['2', '3']);
  });

  it('replaces an incident by its later self', () => {
    const resolved = incidentView('1', { status: 'resolved' });
    expect(reduce(NOTHING_YET, [hello(), { type: 'alert', alert: resolved }], NOW).incidents.get('1')).toBe(resolved);
  });

  it('leaves runs that heard nothing as they are', () => {
    const before = reduce(NOTHING_YET, [hello([runView('a'), runView('b')])], NOW);
    const after = reduce(before, [record('a', 101, { loss: 1 })], NOW);
    expect(after.runs.get('b')).toBe(before.runs.get('b'));
    expect(before.runs.get('a')?.trail).toEqual([1.5]);
  });

  it('keeps the same incidents through records, so that nothing draws them anew', () => {
    const before = reduce(NOTHING_YET, [hello()], NOW);
    expect(reduce(before, [record('a', 101, { loss: 1 })], NOW).incidents).toBe(before.incidents);
  });

  it('is the same for one batch and for message by message', () => {
    const messages = [
      hello(),
      record('a', 101, { loss: 1 }),
      { type: 'run', run: runView('a', { attempts: 2 }) } as const,
      record('a', 102, { loss: 2 }),
    ];
    const single = messages.reduce((state, message) => reduce(state, [message], NOW), NOTHING_YET);
    expect(reduce(NOTHING_YET, messages, NOW)).toEqual(single);
  });

  it('passes over messages that it does not know', () => {
    const strange = { type: 'poem' } as unknown as ServerMessage;
    expect(reduce(NOTHING_YET, [hello(), strange], NOW).runs.size).toBe(1);
  });

  it('has a bound for each of its lists', () => {
    const runs = Array.from({ length: MAX_RUNS + 5 }, (_, index) => runView(`run ${index}`));
    const losses = Array.from({ length: 500 }, (_, index) => record('run 0', index, { loss: index }));
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field ${index}`, index]));
    const state = reduce(NOTHING_YET, [hello(runs, []), ...losses, record('run 0', 501, fields)], NOW);
    expect(state.runs.size).toBe(MAX_RUNS);
    expect(state.runs.get('run 0')?.trail).toHaveLength(MAX_TRAIL);
    expect(state.runs.get('run 0')?.trail.at(-1)).toBe(499);
    expect(Object.keys(state.runs.get('run 0')?.view.values ?? {})).toHaveLength(MAX_VALUES);
  });

  it('gives up the oldest resolved incidents first', () => {
    const firing = incidentView('firing', { started_at: '2020-01-01T00:00:00Z' });
    const resolved = Array.from({ length: MAX_INCIDENTS }, (_, index) =>
      incidentView(`${index}`, { status: 'resolved', ended_at: new Date(NOW + index * 1000).toISOString() }),
    );
    const state = reduce(NOTHING_YET, [hello([], [firing, ...resolved])], NOW);
    expect(state.incidents.size).toBe(MAX_INCIDENTS);
    expect(state.incidents.has('firing')).toBe(true);
    expect(state.incidents.has('0')).toBe(false);
  });
});
