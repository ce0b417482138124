import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A duration as people write it, `500ms`, `30s`, `15m`, `12h` or `7d`; milliseconds once parsed. */
export const duration = z
  .string()
  .regex(DURATION, 'must be a duration such as 500ms, 30s, 15m, 12h or 7d')
  .transform((text) => {
    const [, amount, unit] = DURATION.exec(text) ?? [];
    return Number(amount) * UNIT_MS[(unit ?? 'ms') as keyof typeof UNIT_MS];
  });
