import type { VNode } from 'preact';
import { isAboutWeights } from '../../model/alert.ts';
import type { IncidentView } from '../../view/wire.ts';
import { runAnchor } from '../anchor.ts';
import { formatCount, formatSteps } from '../format.ts';
import { useReader } from '../reader.ts';

/** The line of facts under an incident's summary. */
export function IncidentFacts({ incident }: { readonly incident: IncidentView }): VNode {
  const { words } = useReader();
  const steps = formatSteps(incident.first_step, incident.last_step);
  return (
    <ul class="facts">
      <li class={`tag is-${incident.severity}`}>{words.severities[incident.severity]}</li>
      <li>
        <a class="run-link" href={`#${runAnchor(incident.run)}`} title={incident.run}>
          <bdi>{incident.run}</bdi>
        </a>
      </li>
      <li>
        <code>{incident.alertname}</code>
      </li>
      {steps !== null && <li>{words.steps(steps)}</li>}
      {incident.occurrences > 0 && <li>{words.times(formatCount(incident.occurrences))}</li>}
      {isAboutWeights(incident.alertname) && (
        <li class={`tag weights-${incident.weights}`}>{words.weights[incident.weights]}</li>
      )}
      {incident.rollback_checkpoint !== null && (
        <li>
          {words.rollback} <code class="checkpoint">{incident.rollback_checkpoint}</code>
        </li>
      )}
    </ul>
  );
}
