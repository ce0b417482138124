import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import type { RunEntry } from '../store.ts';
import { Icon } from './icon.tsx';

interface CalmProps {
  readonly runs: readonly RunEntry[];
  /** What is no longer heard of is not said to be well. */
  readonly live: boolean;
}

/** No incident is open. */
export function Calm({ runs, live }: CalmProps): VNode {
  const { words } = useReader();
  if (!live) return <p class="was-quiet">{words.wasQuiet}</p>;
  const running = runs.filter(({ view }) => view.state === 'running').length;
  return (
    <section class="calm">
      <Icon shape="good" size={28} />
      <div>
        <h2>{words.allQuiet}</h2>
        <p>{words.allQuietMore(runs.length, running)}</p>
      </div>
    </section>
  );
}
