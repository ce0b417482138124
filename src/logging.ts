import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';
import type * as Pretty from 'pino-pretty';

export interface LogOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/** The program's logger: JSON lines on standard error, or coloured ones for a person. Standard output is for reports. */
export function createLogger({ level, format }: LogOptions): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json') return pino(options, pino.destination({ fd: 2, sync: true }));
  // takes 7 MiB: not for a sidecar, which writes JSON
  const { PinoPretty } = createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
  const pretty = PinoPretty({
    destination: 2,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
  });
  return pino(options, pretty);
}
