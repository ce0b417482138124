import { useState } from 'preact/hooks';

export interface Limited<T> {
  readonly shown: readonly T[];
  /** How many `showMore` would add. */
  readonly hidden: number;
  readonly showMore: () => void;
}

/** The first of a long list, and ten times as many on each wish for more. */
export function useLimit<T>(items: readonly T[], atFirst: number): Limited<T> {
  const [limit, setLimit] = useState(atFirst);
  const hidden = Math.min(Math.max(items.length - limit, 0), atFirst * 10);
  return { shown: items.slice(0, limit), hidden, showMore: () => setLimit(limit + atFirst * 10) };
}
