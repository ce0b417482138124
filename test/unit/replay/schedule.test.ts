import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedule } from '../../../src/replay/schedule.ts';

function log(...elapsed: string[]): string {
  return elapsed.map((text, at) => `{"current_steps": ${at}, "elapsed_time": "${text}"}\n`).join('');
}

function clock(...seconds: number[]): string {
  return seconds.map((t) => `{"t": ${t}, "step": 1}\n`).join('');
}

function timesOf(text: string, clockText: string | null = null): number[] {
  return schedule(text, clockText).map(({ atMs }) => atMs);
}

describe('with a recorded clock', () => {
  it('goes by it, from the first line on', () => {
    expect(timesOf(log('0:00:01', '0:00:01', '0:00:02'), clock(1000.5, 1000.75, 1003.5))).toEqual([0, 250, 3000]);
  });

  it('goes by the log when the clock has too few lines', () => {
    expect(timesOf(log('0:00:01', '0:00:03', '0:00:04'), clock(1000, 1001))).toEqual([0, 2000, 3000]);
  });

  it('leaves out lines of the clock that are none, and is never before the first line', () => {
    expect(timesOf(log('', ''), `oops\n${clock(1000)}{"t": null}\n{"t": "x"}\n${clock(990)}`)).toEqual([0, 0]);
  });
});

describe('with the elapsed time of the trainer', () => {
  it('begins at once, however late the first line was', () => {
    expect(timesOf(log('1 day, 0:00:00', '1 day, 0:00:05'))).toEqual([0, 5000]);
  });

  it('spreads the lines of one second over it', () => {
    expect(timesOf(log('0:00:01', '0:00:01', '0:00:01', '0:00:01', '0:00:02'))).toEqual([0, 250, 500, 750, 1000]);
  });

  it('goes on a second after where the log was when a new attempt begins the time anew', () => {
    expect(timesOf(log('0:00:10', '0:00:20', '0:00:02', '0:00:05'))).toEqual([0, 10_000, 11_000, 14_000]);
  });
});

it('is a line a second where a line has no time', () => {
  expect(timesOf(log('0:00:10', '', '0:00:50'))).toEqual([0, 1000, 2000]);
  expect(timesOf('oops\n{"step": 1}\n')).toEqual([0, 1000]);
});

it('keeps every line as it stands, blank ones aside', () => {
  const lines = ['{"step": 1, "loss": NaN}', 'Traceback', '  {"step": 2}\r'];
  expect(schedule(`${lines[0]}\n\n${lines[1]}\n  \n${lines[2]}`, null).map(({ line }) => line)).toEqual(lines);
  expect(schedule('', null)).toEqual([]);
});

it('never goes back in time without a clock', () => {
  const elapsed = fc.array(
    fc.nat({ max: 59 }).map((second) => `0:00:${String(second).padStart(2, '0')}`),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(elapsed, (texts) => {
      const times = timesOf(log(...texts));
      expect(times).toHaveLength(texts.length);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
  );
});

it('holds every line of recorded logs once, in order', () => {
  for (const name of readdirSync('test/fixtures/llamafactory')) {
    if (name.endsWith('.jsonl')) continue;
    const text = readFileSync(join('test/fixtures/llamafactory', name, 'trainer_log.jsonl'), 'utf8');
    expect(
      `${schedule(text, null)
        .map(({ line }) => line)
        .join('\n')}\n`,
    ).toBe(text);
  }
});

it('takes an interrupted run from its clock', () => {
  const folder = 'test/fixtures/runs/interrupted_then_resumed';
  const [text, times] = ['trainer_log.jsonl', 'clock.jsonl'].map((name) => readFileSync(join(folder, name), 'utf8'));
  const cues = schedule(text ?? '', times ?? null);
  expect(cues).toHaveLength(74);
  const at = cues.map(({ atMs }) => atMs);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(at[1]).toBeCloseTo((1795485240.1964786 - 1795485240.0952358) * 1000, 3);
});
