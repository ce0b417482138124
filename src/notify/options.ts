import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

function toMs(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
}

/** Whether `text` is an absolute http or https address. */
export function isHttpUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

/** A time written as `500ms`, `10s` or `1m`; milliseconds once parsed. */
export function duration(normally: string, description: string) {
  return z
    .string()
    .regex(DURATION, 'must be a duration such as 500ms, 10s or 1m')
    .prefault(normally)
    .transform(toMs)
    .pipe(z.number().min(1, 'must be at least 1ms').max(600_000, 'must be at most 10m'))
    .describe(description);
}

export function timeLimit(normally: string) {
  return duration(normally, 'Time limit of one request: 10s, for e-mail and commands 30s');
}

/**
 * An http(s) address that may hold a token. Marked `writeOnly`, as every secret is, so that whoever shows a
 * configuration knows what to hide; the message does not repeat the address.
 */
export function secretUrl(description: string) {
  return z
    .string()
    .refine(isHttpUrl, 'must be an absolute address that begins with http:// or https://')
    .meta({ description, writeOnly: true });
}

/** A text that is never shown. */
export function secretText(description: string) {
  return z.string().min(1, 'must not be empty; leave it out instead').meta({ description, writeOnly: true });
}

/** A file that holds a value, for those who mount their secrets. */
export function secretFile(description: string) {
  return z.string().min(1, 'must name a file').meta({ description });
}

/** The address of a receiver, written down or in a file. To be checked with {@link exactlyOne}. */
export function urlOptions(description: string) {
  return {
    url: secretUrl(description).optional(),
    url_file: secretFile('File that holds the address, read before every request').optional(),
  };
}

/** A key with which requests are signed. To be checked with {@link atMostOne}. */
export function secretOptions(description: string) {
  return {
    secret: secretText(description).optional(),
    secret_file: secretFile('File that holds the key, read before every request').optional(),
  };
}

type Check = readonly [(options: Record<string, unknown>) => boolean, { path: string[]; message: string }];

/** For `refine`: an option is given as it is or as a file, one of both. */
export function exactlyOne(name: string): Check {
  return [
    (options) => (options[name] === undefined) !== (options[`${name}_file`] === undefined),
    { path: [name], message: `give one of ${name} and ${name}_file, not both` },
  ];
}

/** For `refine`: an option is given as it is, as a file, or not at all. */
export function atMostOne(name: string): Check {
  return [
    (options) => options[name] === undefined || options[`${name}_file`] === undefined,
    { path: [name], message: `give one of ${name} and ${name}_file, not both` },
  ];
}

/**
 * For a schema's `refine`: no rate limit where alerts are kept until they are told to be over. The summary of what was
 * held back never is, and what was held back may not be told to be over.
 */
export const noRateLimit: Check = [
  ({ rate_limit }) => rate_limit === undefined,
  { path: ['rate_limit'], message: 'is not for a receiver that groups and limits by itself; leave it out' },
];
