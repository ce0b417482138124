import type { VNode } from 'preact';
import { formatAge } from '../format.ts';
import { useReader } from '../reader.ts';
import { useTicking } from '../ticking.ts';

interface AgeProps {
  /** RFC 3339. */
  readonly since: string;
  /** The sentence around the age. */
  readonly say: (age: string) => string;
  /** What is said instead in the first two seconds. */
  readonly atFirst?: string;
}

/** How long ago something was, ticking; the moment itself on hover. */
export function Age({ since, say, atFirst }: AgeProps): VNode {
  const { language } = useReader();
  const sinceMs = Date.parse(since);
  const text = useTicking((nowMs) =>
    atFirst !== undefined && nowMs - sinceMs < 2000 ? atFirst : say(formatAge((nowMs - sinceMs) / 1000, language)),
  );
  return (
    <time class="age" dateTime={since} title={new Date(sinceMs).toLocaleString(language)}>
      {text}
    </time>
  );
}
