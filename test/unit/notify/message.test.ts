import { expect, test } from 'vitest';
import { fitted, messageOf } from '../../../src/notify/message.ts';
import { lostWeights, overAgain } from './receivers/notices.ts';
import { notice } from './support.ts';

function labels(lines: { readonly rows: readonly { readonly label: string }[] }): string[] {
  return lines.rows.map(({ label }) => label);
}

test('says what it means, since when, weights, where to go back to, the likely cause, the next step, in this order', () => {
  const message = messageOf(lostWeights(), 'en');
  expect(message.headline).toBe('CRITICAL: The weights are NaN in 3 records, steps 120 to 130');
  expect(labels(message)).toEqual([
    'Run',
    'What it means',
    'Since',
    'Weights',
    'Go back to',
    'Wasted',
    'Cause',
    'Next step',
  ]);
  expect(message.rows[2]?.text).toBe('2026-01-02 03:04:05 UTC');
});

test('asks for nothing when it is over, and says from when to when it was', () => {
  const message = messageOf(overAgain(), 'en');
  expect(message.headline).toMatch(/^RESOLVED: /);
  expect(labels(message)).toEqual(['Run', 'What it means', 'Since', 'Until', 'Weights', 'Cause']);
});

test('says what there is to say of a notice that is not of one incident', () => {
  const message = messageOf(
    notice({ annotations: { summary: '12 held back', advice: 'look' }, generatorUrl: '' }),
    'en',
  );
  expect(message.headline).toBe('WARNING: 12 held back');
  expect(labels(message)).toEqual(['Run', 'Since', 'Next step']);
  expect(message.links).toEqual([]);
});

test('is cut only as far as it takes, and goes without links rather than beyond the limit', () => {
  const message = messageOf(lostWeights(), 'zh-CN');
  const whole = JSON.stringify(message).length;
  const fit = (most: number) =>
    JSON.stringify(
      fitted(
        message,
        most,
        (one) => one,
        (one) => JSON.stringify(one).length,
      ),
    );
  expect(fit(whole).length).toBe(whole);
  expect(fit(whole - 1).length).toBeLessThan(whole);
  expect(fit(10)).not.toContain('http');
});
