import type { VNode } from 'preact';
import type { EvidenceView, IncidentView } from '../../view/wire.ts';
import { formatNumber } from '../format.ts';
import { useReader } from '../reader.ts';
import { Value } from './value.tsx';

export function IncidentDetail({ incident }: { readonly incident: IncidentView }): VNode {
  const { words } = useReader();
  return (
    <div class="detail">
      <div>
        <h4>{words.diagnosis}</h4>
        <p>{incident.diagnosis}</p>
      </div>
      <div>
        <h4>{words.advice}</h4>
        <p>{incident.advice}</p>
      </div>
      {incident.evidence.length > 0 && (
        <div>
          <h4>{words.evidence}</h4>
          <Evidence evidence={incident.evidence} />
        </div>
      )}
    </div>
  );
}

function Evidence({ evidence }: { readonly evidence: readonly EvidenceView[] }): VNode {
  const { words } = useReader();
  return (
    <table class="evidence">
      <thead>
        <tr>
          <th scope="col">{words.step}</th>
          <th scope="col">{words.field}</th>
          <th scope="col">{words.value}</th>
        </tr>
      </thead>
      <tbody>
        {evidence.map(({ step, field, value }, index) => (
          <tr key={index}>
            <td>{step ?? '–'}</td>
            <td>
              <code>{field}</code>
            </td>
            <td>
              <Value value={value} format={formatNumber} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
