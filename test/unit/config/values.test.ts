import { expect, it } from 'vitest';
import { address, hostInUrl } from '../../../src/config/address.ts';
import { duration } from '../../../src/model/duration.ts';

it.each([
  ['127.0.0.1:9909', '127.0.0.1', 9909, '127.0.0.1:9909'],
  ['0.0.0.0:0', '0.0.0.0', 0, '0.0.0.0:0'],
  ['localhost:65535', 'localhost', 65_535, 'localhost:65535'],
  ['[::1]:80', '::1', 80, '[::1]:80'],
])('%s is an address', (text, host, port, inUrl) => {
  expect(address.parse(text)).toEqual({ host, port });
  expect(hostInUrl(address.parse(text))).toBe(inUrl);
});

it.each([
  '',
  ':9909',
  'localhost',
  '9909',
  '::1:80',
  '[::1]',
  'a b:1',
  'a:65536',
  'a:-1',
  'a:1x',
  'http://a:1',
  'a:1/b',
])('%j is no address', (text) => {
  expect(address.safeParse(text).success).toBe(false);
});

it.each([
  ['0s', 0],
  ['500ms', 500],
  ['1.5s', 1_500],
  ['15m', 900_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
])('%s is %i ms', (text, ms) => {
  expect(duration.parse(text)).toBe(ms);
});

it.each(['', '5', '5 s', '-1s', '1w', 's', '1e3s', '1s2m'])('%j is no duration', (text) => {
  expect(duration.safeParse(text).success).toBe(false);
});
