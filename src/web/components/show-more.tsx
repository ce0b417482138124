import type { VNode } from 'preact';
import type { Limited } from '../limit.ts';
import { useReader } from '../reader.ts';

/** The button below the first of a long list; nothing when all of it is shown. */
export function ShowMore({ hidden, showMore }: Pick<Limited<unknown>, 'hidden' | 'showMore'>): VNode | null {
  const { words } = useReader();
  if (hidden === 0) return null;
  return (
    <button type="button" class="button is-wide" onClick={showMore}>
      {words.showMore(hidden)}
    </button>
  );
}
