import { expect, it } from 'vitest';
import { range, Watched } from '../incidents/watched.ts';

/** A linear schedule over 100 steps, of which those in `skipped` did not happen. */
function linear(skipped: ReadonlySet<number>, last = 100): Watched {
  const watched = new Watched();
  let made = 0;
  for (const step of range(1, last)) {
    watched.see({ step, max_steps: 100, loss: 2, learning_rate: 1e-3 * (1 - made / 100) });
    if (!skipped.has(step)) made++;
  }
  return watched;
}

it('counts the steps that did not happen, exactly', () => {
  const { learningRate } = linear(new Set([30, 31, 32, 70]), 90).book.signals;
  expect([learningRate.skipped, learningRate.total]).toEqual([4, 4]);
});

it('counts none where all happened', () => {
  expect(linear(new Set(), 90).book.signals.learningRate.total).toBe(0);
});

it('keeps the count over a new attempt', () => {
  const watched = linear(new Set([30, 31]), 60);
  for (const step of range(40, 50))
    watched.see({ step, max_steps: 100, loss: 2, learning_rate: 1e-3 * (1 - step / 100) });
  expect(watched.book.signals.learningRate.total).toBe(2);
});

it('says nothing of a schedule that it does not know', () => {
  const watched = new Watched();
  for (const step of range(1, 60)) watched.see({ step, loss: 2, learning_rate: 1e-3 / Math.sqrt(step) });
  expect(watched.book.signals.learningRate.total).toBe(0);
});
