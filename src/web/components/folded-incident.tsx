import type { VNode } from 'preact';
import type { IncidentView } from '../../view/wire.ts';
import { useReader } from '../reader.ts';
import { Age } from './age.tsx';
import { Icon } from './icon.tsx';
import { IncidentDetail } from './incident-detail.tsx';
import { IncidentFacts } from './incident-facts.tsx';

/** An incident as one line that opens: one that another leads, or one that is over. */
export function FoldedIncident({ incident }: { readonly incident: IncidentView }): VNode {
  const { words } = useReader();
  return (
    <details class="folded-incident">
      <summary>
        <Icon shape={incident.status === 'resolved' ? 'good' : incident.severity} size={16} />
        <span class="folded-summary">{incident.summary}</span>
        {incident.ended_at === null ? (
          <Age since={incident.started_at} say={words.since} />
        ) : (
          <Age since={incident.ended_at} say={words.resolvedAgo} />
        )}
      </summary>
      <IncidentFacts incident={incident} />
      <IncidentDetail incident={incident} />
    </details>
  );
}
