import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSeriesView, ServerMessage } from '../../../../src/view/wire.ts';
import { ASK_AGAIN_MS, Past, SHOW_MS, seriesUrl } from '../../../../src/web/charts/past.ts';
import { runView } from '../page-samples.ts';

const past = (steps: readonly number[], kept = true): RunSeriesView => ({
  run: 'a',
  kept,
  series: steps.length === 0 ? [] : [{ name: 'loss', attempt: 1, steps, values: steps.map(() => 1) }],
});
const record = (step: number, run = 'a'): ServerMessage => ({ type: 'record', run, step, fields: { loss: 2 } });

let answers: (() => Promise<Response>)[];
let asked: number;
let changes: number;
let one: Past;

const steps = () => one.history?.stretches.get('loss')?.flatMap((stretch) => stretch.steps);
const json =
  (body: unknown, status = 200) =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = 0;
  changes = 0;
  vi.stubGlobal('fetch', () => {
    asked++;
    return (answers.shift() ?? json(past([1, 2, 3])))();
  });
  one = new Past('a', 'http://host/series', () => changes++);
});

afterEach(() => {
  one.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Asks, and lets the answer come. */
async function opened(...given: typeof answers): Promise<void> {
  answers.push(...given);
  one.ask();
  await vi.advanceTimersByTimeAsync(0);
}

it('knows where the series are, whatever a run is called and whatever a proxy put in front', () => {
  expect(seriesUrl('a/医疗 "b"', 'https://host/nanwatch/?x#run-b')).toMatch(
    /^https:\/\/host\/nanwatch\/api\/v1\/runs\/a%2F%E5%8C%BB%E7%96%97%20%22b%22\/series\?names=loss,eval_loss,.*&points=1000$/,
  );
});

describe('the past of a run', () => {
  it('is asked for once, and carried on by the stream', async () => {
    await opened();
    expect([asked, changes, steps()]).toEqual([1, 1, [1, 2, 3]]);
    one.hear([record(4), record(4, 'another'), record(5)]);
    await vi.advanceTimersByTimeAsync(SHOW_MS);
    expect(steps()).toEqual([1, 2, 3, 4, 5]);
    await vi.advanceTimersByTimeAsync(10 * ASK_AGAIN_MS);
    expect([asked, changes]).toEqual([1, 2]);
  });

  it('misses nothing that came while it was asked for, and takes nothing twice', async () => {
    let answer = (_: Response): void => {};
    await opened(() => new Promise((resolve) => (answer = resolve)));
    one.hear([record(3), record(4)]);
    answer(new Response(JSON.stringify(past([1, 2, 3]))));
    await vi.advanceTimersByTimeAsync(0);
    expect(steps()).toEqual([1, 2, 3, 4]);
  });

  it('takes the pace from what is known of the run', async () => {
    await opened();
    one.look(runView('a', { last_step: 3, seconds_per_step: 0.5 }));
    expect(one.history?.stretches.get('seconds_per_step')).toEqual([{ attempt: 1, steps: [3], values: [0.5] }]);
  });

  it.each<[string, () => void]>([
    ['a connection was lost', () => one.hear([{ type: 'hello', version: '1', runs: [], alerts: [] }])],
    ['a step fell back', () => one.hear([record(2)])],
    ['another attempt began', () => one.look(runView('a', { attempts: 2 }))],
    ['another log stands there', () => one.look(runView('a', { records: 1 }))],
    [
      'another source said something',
      () => one.look(runView('a', { sources: [5, 6].map((records) => ({ path: '', format: '', records })) })),
    ],
  ])('is asked for anew when %s, but not at every moment', async (_, happens) => {
    await opened();
    one.look(runView('a'));
    happens();
    happens();
    await vi.advanceTimersByTimeAsync(ASK_AGAIN_MS - 100);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toBe(2);
  });

  it('of a run that is too long to have one stays what came while the page was open', async () => {
    await opened(json(past([], false)), json(past([], false)));
    one.hear([record(70_000)]);
    one.hear([{ type: 'hello', version: '1', runs: [], alerts: [] }]);
    await vi.advanceTimersByTimeAsync(ASK_AGAIN_MS);
    expect([asked, steps()]).toEqual([2, [70_000]]);
  });

  it('says why there is none, and is asked for again on wish', async () => {
    await opened(json({ error: { code: 'run_not_found', message: 'No run of this name is followed.' } }, 404));
    expect([one.history, one.problem]).toEqual([null, 'No run of this name is followed.']);
    one.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect([steps(), one.problem]).toEqual([[1, 2, 3], null]);
  });

  it('is let go of with its page', async () => {
    await opened();
    one.hear([record(4)]);
    one.close();
    await vi.advanceTimersByTimeAsync(ASK_AGAIN_MS);
    expect(changes).toBe(1);
  });
});
