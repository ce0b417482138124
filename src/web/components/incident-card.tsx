import type { VNode } from 'preact';
import type { Trouble } from '../order.ts';
import { useReader } from '../reader.ts';
import { Age } from './age.tsx';
import { FoldedIncident } from './folded-incident.tsx';
import { Icon } from './icon.tsx';
import { IncidentDetail } from './incident-detail.tsx';
import { IncidentFacts } from './incident-facts.tsx';

/** An open trouble: what happened, to whom, since when, is the model alive; the rest on demand. */
export function IncidentCard({ trouble: { leader, followers } }: { readonly trouble: Trouble }): VNode {
  const { words } = useReader();
  return (
    <article class={`incident is-${leader.severity}`}>
      <header>
        <Icon shape={leader.severity} size={22} />
        <h3>{leader.summary}</h3>
        <Age since={leader.started_at} say={words.since} />
      </header>
      <div class="folds">
        <IncidentFacts incident={leader} />
        <details>
          <summary>{words.more}</summary>
          <IncidentDetail incident={leader} />
        </details>
        {followers.length > 0 && (
          <details>
            <summary>{words.related(followers.length)}</summary>
            <ul class="folded">
              {followers.map((follower) => (
                <li key={follower.id}>
                  <FoldedIncident incident={follower} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </article>
  );
}
