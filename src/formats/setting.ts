import { loggedNumber } from './framing/json-line.ts';

const MAX_TEXT = 200;
/** Longer ones are cut before they are looked at. */
const MAX_LOOKED_AT = 4096;
const URL_CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;
const URL_QUERY = /^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/is;

/**
 * A setting that is a word, a name or a path: at most 200 characters, without control characters. Of a URL, credentials
 * and whatever follows the path are left out.
 *
 * @returns undefined for anything else, the empty string included
 */
export function textSetting(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value
    .slice(0, MAX_LOOKED_AT)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .replace(URL_CREDENTIALS, '$1')
    .replace(URL_QUERY, '$1');
  const short = text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '');
  return short === '' ? undefined : short.toWellFormed();
}

/** A setting that is a finite number, zero or more, be it written as text. */
export function numberSetting(value: unknown): number | undefined {
  const number = loggedNumber(value);
  return number !== undefined && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** A setting that is a whole number of at least `least`. */
export function countSetting(value: unknown, least: number): number | undefined {
  const number = numberSetting(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= least ? number : undefined;
}

/** A setting that is on or off. */
export function flagSetting(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
