import { describe, expect, it } from 'vitest';
import { READ, Reading, readOnce } from './watch.ts';

function lines(first: number, last: number, loss: number | 'NaN' = 2, maxSteps = 1000): string {
  let text = '';
  for (let step = first; step <= last; step++)
    text += `{"current_steps": ${step}, "total_steps": ${maxSteps}, "loss": ${loss}}\n`;
  return text;
}

describe('history', () => {
  it('is not told record by record, nor incident by incident', () => {
    const reading = new Reading().push([lines(1, 60), lines(61, 62, 'NaN'), lines(63, 100)]);
    reading.watched.goLive(READ);
    expect(reading.told).toEqual([]);
    expect(reading.watched.incidents).toHaveLength(1);
    expect(reading.watched.book.takeChanged()).toEqual([]);
  });

  it('holds bad lines, which are told', () => {
    const reading = new Reading().push(['oops\n', lines(1, 2), '{"loss": 1}\n']);
    expect(reading.told).toEqual([
      ['bad', 'not-json', 1],
      ['bad', 'not-a-record', 4],
    ]);
    expect(reading.pipeline.counts).toMatchObject({
      lines: 4,
      bad: { 'not-json': 1, 'not-a-record': 1, incomplete: 0 },
    });
  });
});

describe('what happens live', () => {
  it('is told as it happens, the record before the incident', () => {
    const reading = readOnce(lines(1, 60)).push([lines(61, 61, 0), lines(62, 63, 0), lines(64, 84)]);
    const incidents = reading.told.filter(([what]) => what === 'incident');
    expect(reading.told.slice(0, 2)).toEqual([
      ['record', 61],
      ['incident', 'TrainerLossZero', 'firing', 'warning'],
    ]);
    expect(incidents).toEqual([
      ['incident', 'TrainerLossZero', 'firing', 'warning'],
      ['incident', 'TrainerLossZero', 'firing', 'warning'],
      ['incident', 'TrainerLossZero', 'firing', 'critical'],
      // the weights are alive
      ['incident', 'TrainerLossZero', 'firing', 'critical'],
      ['incident', 'TrainerLossZero', 'resolved', 'critical'],
    ]);
  });

  it('includes a whole last line without its newline, once the run has fallen silent', () => {
    const reading = readOnce(lines(1, 60)).push([lines(61, 61).trimEnd()]);
    reading.pipeline.tick(READ + 1_000);
    expect(reading.told).toEqual([]);
    reading.pipeline.tick(READ + 10_000_000);
    expect(reading.told[0]).toEqual(['record', 61]);
    reading.push(['\n', lines(62, 62)]);
    reading.watched.atEnd(reading.source, READ + 10_000_000);
    expect(reading.told.filter(([what]) => what === 'record')).toEqual([
      ['record', 61],
      ['record', 62],
    ]);
  });

  it('includes silence, of live runs only', () => {
    const reading = new Reading({}, READ - 1_000_000).push([lines(1, 60)]);
    reading.pipeline.tick(READ + 1_800_001);
    expect(reading.told).toEqual([]);
    reading.watched.goLive(READ);
    reading.pipeline.tick(READ + 1_800_000);
    expect(reading.told).toEqual([]);
    reading.pipeline.tick(READ + 1_800_001);
    reading.pipeline.tick(READ + 1_800_002);
    expect(reading.told).toEqual([['incident', 'TrainerStalled', 'firing', 'warning']]);
  });

  it('is no stall when the log had been silent for long before it was first seen', () => {
    const reading = new Reading().push([lines(1, 60)], READ - 1_800_001);
    reading.watched.goLive(READ);
    reading.pipeline.tick(READ + 1_000_000);
    expect(reading.told).toEqual([]);
    expect(reading.watched.run.state(READ)).toBe('stalled');
  });
});

describe('a log that was replaced', () => {
  it('is a new run in the same place, of which nothing of the old one remains', () => {
    const reading = readOnce(lines(1, 60) + lines(61, 70, 'NaN'));
    reading.push(['{"current_steps": 71, "lo']);
    reading.source.restart();
    expect(reading.watched.live).toBe(false);
    reading.push([lines(1, 30, 3, 500)]);
    reading.watched.goLive(READ);
    expect(reading.state()).toEqual({ ...readOnce(lines(1, 30, 3, 500)).state(), counts: reading.pipeline.counts });
    expect(reading.pipeline.counts.lines).toBe(100);
  });
});

describe('runs', () => {
  it('are one by one id, each with its own book', () => {
    const { pipeline, watched } = readOnce(lines(1, 60) + lines(61, 61, 'NaN'));
    const other = pipeline.open('other', '/runs/other', READ);
    expect(pipeline.open('other', '/elsewhere', READ + 5)).toBe(other);
    expect([watched.incidents.length, other.incidents.length]).toEqual([1, 0]);
    pipeline.remove('other');
    expect(pipeline.open('other', '/elsewhere', READ)).not.toBe(other);
  });

  it('are silent about detectors that are switched off', () => {
    const off = { enabled: false, options: {} };
    const reading = new Reading({ 'loss-nonfinite': off }).push([lines(1, 60), lines(61, 99, 'NaN')]);
    expect(reading.watched.incidents).toEqual([]);
  });
});
