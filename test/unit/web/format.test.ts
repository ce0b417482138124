import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatCount,
  formatDuration,
  formatEpoch,
  formatGib,
  formatLearningRate,
  formatLoss,
  formatNumber,
  formatPercent,
  formatRate,
  formatSteps,
  formatStepTime,
} from '../../../src/web/format.ts';

describe('numbers on the page', () => {
  it.each([
    [1.23456, '1.2346'],
    [0.5, '0.5000'],
    [12.3456, '12.3456'],
    [123.456, '123.46'],
    [4321.09, '4321.1'],
    [0.00001234, '1.234e-5'],
    [5e9, '5e9'],
    [0, '0'],
    [-0, '0'],
    [-1.5, '-1.5000'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('loss %d is %s', (value, text) => expect(formatLoss(value)).toBe(text));

  it.each([
    [0.81234, '0.8123'],
    [123.4, '123.4'],
    [4321.5, '4322'],
    [1e30, '1e30'],
    [12, '12'],
    [Number.NaN, 'NaN'],
  ])('number %d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [2e-5, '2e-5'],
    [1.9512e-5, '1.95e-5'],
    [0.001, '1e-3'],
    [0, '0'],
  ])('learning rate %d is %s', (value, text) => expect(formatLearningRate(value)).toBe(text));

  it.each([
    [0, '0.0%'],
    [0.412, '41.2%'],
    [0.29, '29.0%'],
    [0.99999, '99.9%'],
    [1, '100%'],
  ])('ratio %d is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  it('writes counts, rates, epochs and memory', () => {
    expect(formatCount(1234567)).toBe('1,234,567');
    expect(formatRate(3412.4)).toBe('3,412');
    expect(formatRate(84.62)).toBe('84.6');
    expect(formatEpoch(1.239)).toBe('1.24');
    expect(formatGib(24 * 2 ** 30)).toBe('24.0');
    expect(formatGib(640 * 2 ** 30)).toBe('640');
  });

  it('writes a span of steps', () => {
    expect(formatSteps(412, 460)).toBe('412–460');
    expect(formatSteps(412, 412)).toBe('412');
    expect(formatSteps(null, 7)).toBe('7');
    expect(formatSteps(null, null)).toBeNull();
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s', '0 秒'],
    [45.2, '45 s', '45 秒'],
    [60, '1 min', '1 分钟'],
    [125, '2 min 5 s', '2 分 5 秒'],
    [750, '12 min', '12 分钟'],
    [3599.6, '1 h', '1 小时'],
    [7980, '2 h 13 min', '2 小时 13 分'],
    [273600, '3 d 4 h', '3 天 4 小时'],
    [-3, '0 s', '0 秒'],
  ])('%d seconds are "%s" and "%s"', (seconds, en, zh) => {
    expect(formatDuration(seconds, 'en')).toBe(en);
    expect(formatDuration(seconds, 'zh-CN')).toBe(zh);
  });

  it.each([
    [-5, '0 s', '0 秒'],
    [59.9, '59 s', '59 秒'],
    [61, '1 min', '1 分钟'],
    [7300, '2 h', '2 小时'],
    [90_000, '1 d', '1 天'],
  ])('an age of %d seconds is "%s" and "%s"', (seconds, en, zh) => {
    expect(formatAge(seconds, 'en')).toBe(en);
    expect(formatAge(seconds, 'zh-CN')).toBe(zh);
  });

  it('of one step keep their decimals while they are short', () => {
    expect(formatStepTime(0.842, 'en')).toBe('0.84 s');
    expect(formatStepTime(12.34, 'zh-CN')).toBe('12.3 秒');
    expect(formatStepTime(125, 'en')).toBe('2 min 5 s');
  });
});
