import type { VNode } from 'preact';
import { useLimit } from '../limit.ts';
import type { Trouble } from '../order.ts';
import { useReader } from '../reader.ts';
import { IncidentCard } from './incident-card.tsx';
import { ShowMore } from './show-more.tsx';

const AT_FIRST = 12;

export function Incidents({ troubles }: { readonly troubles: readonly Trouble[] }): VNode {
  const { words } = useReader();
  const { shown, hidden, showMore } = useLimit(troubles, AT_FIRST);
  return (
    <section aria-labelledby="incidents-title">
      <h2 id="incidents-title">
        {words.openIncidents} <span class="tally is-firing">{troubles.length}</span>
      </h2>
      <div class="incidents">
        {shown.map((trouble) => (
          <IncidentCard key={trouble.leader.id} trouble={trouble} />
        ))}
      </div>
      <ShowMore hidden={hidden} showMore={showMore} />
    </section>
  );
}
