import type { VNode } from 'preact';
import { useLimit } from '../limit.ts';
import type { Trouble } from '../order.ts';
import { useReader } from '../reader.ts';
import { FoldedIncident } from './folded-incident.tsx';
import { ShowMore } from './show-more.tsx';

const AT_FIRST = 20;

/** What is over: there for who asks, out of the way of who does not. */
export function Resolved({ troubles }: { readonly troubles: readonly Trouble[] }): VNode {
  const { words } = useReader();
  const incidents = troubles.flatMap(({ leader, followers }) => [leader, ...followers]);
  const { shown, hidden, showMore } = useLimit(incidents, AT_FIRST);
  return (
    <details class="resolved">
      <summary>
        {words.resolvedIncidents} <span class="tally">{incidents.length}</span>
      </summary>
      <ul class="folded">
        {shown.map((incident) => (
          <li key={incident.id}>
            <FoldedIncident incident={incident} />
          </li>
        ))}
      </ul>
      <ShowMore hidden={hidden} showMore={showMore} />
    </details>
  );
}
