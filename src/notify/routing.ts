import { z } from 'zod';
import { duration } from '../model/duration.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const RATE = /^([1-9]\d{0,5})\/(\d+(?:\.\d+)?(?:ms|s|m|h|d))$/;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

function timeOfDay(normally: string) {
  return z
    .string()
    .regex(TIME, 'must be a time of day such as 22:00')
    .default(normally)
    .describe(normally === '00:00' ? 'Begin' : 'End; on the next day when it is not after the begin');
}

const muteWindow = z.strictObject({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS])
    .describe('Days on which it begins'),
  from: timeOfDay('00:00'),
  to: timeOfDay('24:00'),
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin or UTC')
    .default('UTC')
    .describe('Zone of days and times'),
});

type MuteWindow = z.output<typeof muteWindow>;

/** What is told to a receiver, and when: the same for every kind. */
export const routingOptions = {
  match: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
    .default({})
    .describe('Only alerts whose labels have these values; a list means any of them'),
  group_wait: duration
    .prefault('5s')
    .describe('An alert below critical waits so long for what belongs to it before it is first told'),
  repeat_interval: duration
    .pipe(z.number().min(MINUTE_MS, 'must be at least 1m'))
    .optional()
    .describe('Tell again what still fires after so long; not without it'),
  mute: z
    .array(muteWindow)
    .default([])
    .describe('Windows of silence, `{days: [sat, sun], from: "22:00", to: "06:00", time_zone: Europe/Berlin}`'),
  rate_limit: z
    .string()
    .regex(RATE, 'must be COUNT/DURATION such as 20/1h')
    .transform(toRate)
    .optional()
    .describe('At most so many in that time, such as `20/1h`; what comes beyond is told in one summary'),
};

export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

function toRate(text: string): Rate {
  const [, count, per] = RATE.exec(text) ?? [];
  return { count: Number(count), perMs: duration.parse(per) };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Whether labels have the wanted values. */
export function matches(
  match: Readonly<Record<string, string | readonly string[]>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(match).every(([name, wanted]) => [wanted].flat().includes(labels[name] ?? ''));
}

/** Windows in which a receiver is told nothing. */
export class Mute {
  readonly #windows: readonly ((nowMs: number) => boolean)[];

  constructor(windows: readonly MuteWindow[]) {
    this.#windows = windows.map(containing);
  }

  isMuted(nowMs: number): boolean {
    return this.#windows.some((contains) => contains(nowMs));
  }
}

function containing({ days, from, to, time_zone }: MuteWindow): (nowMs: number) => boolean {
  const zone = { timeZone: time_zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-US', zone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const length = end > begin ? end - begin : end + DAY_MINUTES - begin;
  return (nowMs) => {
    const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
    const day = (DAYS as readonly string[]).indexOf(parts.weekday?.toLowerCase() ?? '');
    const minutes = minutesOf(`${parts.hour}:${parts.minute}`);
    const beganOn = (ago: number) => days.includes(DAYS[(day + 7 - ago) % 7] ?? 'mon');
    const within = (at: number) => at >= begin && at < begin + length;
    return (within(minutes) && beganOn(0)) || (within(minutes + DAY_MINUTES) && beganOn(1));
  };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
