import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hfConsole } from '../../src/formats/hf-console.ts';
import { cut } from '../unit/formats/collect.ts';
import { READ, Reading } from '../unit/pipeline/watch.ts';

const TOTAL = 60;

/** What a record of a healthy run says; no loss is so far above another one that it could be a spike. */
const good = fc.record({
  loss: fc.double({ min: 0.2, max: 0.235, noNaN: true }).map((loss) => loss.toFixed(4)),
  norm: fc.double({ min: 0.5, max: 0.9, noNaN: true }),
});

/** As Trainer prints a run: a record for each step, and its bar behind it. */
function printed(records: readonly string[]): Buffer {
  const lines = records.map((record, index) => {
    const drawn = `${Math.floor((100 * (index + 1)) / TOTAL)}%|██   | ${index + 1}/${TOTAL} [00:03<00:04, 38.03it/s]`;
    return `${record}\n\r ${drawn}`;
  });
  return Buffer.from(lines.join('\r'));
}

const record = (loss: string, norm: number | string, index: number, rest = '') =>
  `{'loss': ${loss}, 'grad_norm': ${norm}, 'learning_rate': ${(1e-5 * (TOTAL - index)).toExponential()}${rest}, 'epoch': ${index / 100}}`;

/** A run that is well, in which the first norms are infinite until fp16 has found its scale. */
const healthy = fc
  .tuple(fc.array(good, { minLength: 1, maxLength: TOTAL }), fc.nat({ max: 2 }))
  .map(([records, calibrating]) =>
    printed(records.map(({ loss, norm }, index) => record(loss, index < calibrating ? 'inf' : norm, index))),
  );

/** A run of reinforcement learning: its loss is 0 honestly, which only the reward behind it tells. */
const rewarded = fc
  .array(good, { minLength: 1, maxLength: TOTAL })
  .map((records) => printed(records.map(({ norm }, index) => record('0.0', norm, index, `, 'reward': ${norm}`))));

/** A healthy run as LLaMA-Factory v1 prints it. */
const v1 = fc.array(good, { minLength: 1, maxLength: TOTAL }).map((records) => {
  const lines = records.map(
    ({ loss, norm }, index) =>
      `[INFO] logging_callback:107 >> epoch: 0, step: ${index + 1}, loss: ${loss}, grad_norm: ${norm}, learning_rate: 1e-05, total_steps: ${TOTAL}\n`,
  );
  return Buffer.from(lines.join(''));
});

/** A run in which anything may happen. */
const troubled = fc
  .array(fc.tuple(good, fc.constantFrom('', '', '', 'nan', 'inf')), { minLength: 1, maxLength: TOTAL })
  .map((records) => printed(records.map(([{ loss, norm }, odd], index) => record(loss, odd || norm, index))));

const place = fc.nat({ max: 100_000 });
const places = fc.array(place, { maxLength: 10 });

const reading = () => new Reading({}, READ, ['train.log', hfConsole]);

/** What is to be said of the run in the end. */
function ended(one: Reading) {
  one.source.end();
  one.watched.goLive(READ);
  const { incidents, run } = one.state();
  const alerts = incidents.map(({ startedAtMs: _started, endedAtMs: _ended, ...rest }) => rest);
  return { alerts, tally: run.tally, attempts: run.attempts };
}

describe('a console that ends anywhere, in the middle of a record too', () => {
  it.each([
    ['healthy', healthy],
    ['rewarded', rewarded],
    ["v1's", v1],
  ])('gives no alarm when the run is %s', (_, logs) => {
    fc.assert(
      fc.property(logs, place, (log, at) => {
        const { alerts, attempts } = ended(reading().push([log.subarray(0, at % (log.length + 1))]));
        expect(alerts.map(({ alertname }) => alertname)).toEqual([]);
        expect(attempts.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('says the same followed live as read at once', () => {
    fc.assert(
      fc.property(troubled, place, places, (log, at, pieces) => {
        const cutOff = log.subarray(0, at % (log.length + 1));
        const followed = reading();
        followed.watched.goLive(READ);
        followed.push(cut(cutOff, pieces));
        expect(ended(followed)).toEqual(ended(reading().push([cutOff])));
      }),
    );
  });

  it('counts nothing twice when the rest comes after all, however long it was silent', () => {
    fc.assert(
      fc.property(troubled, place, (log, at) => {
        const end = at % (log.length + 1);
        const followed = reading().push([log.subarray(0, end)]);
        followed.watched.goLive(READ);
        followed.source.settle();
        followed.push([log.subarray(end)]);
        expect(ended(followed)).toEqual(ended(reading().push([log])));
      }),
    );
  });
});
