import type { AlertName, Severity } from '../../model/alert.ts';
import type { IncidentView } from '../../view/wire.ts';

/** The steps of an incident, as a chart shades them. */
export interface Span {
  readonly alertname: AlertName;
  readonly severity: Severity;
  readonly first: number;
  /** Infinity while it fires. */
  readonly last: number;
}

/** The incidents of a run that lead; those that another explains would shade the same steps twice. */
export function spansOf(incidents: Iterable<IncidentView>, run: string): readonly Span[] {
  return [...incidents].flatMap(({ first_step: first, inhibited_by: leader, ...incident }) => {
    if (incident.run !== run || first === null || leader !== null) return [];
    const { alertname, severity, status, last_step } = incident;
    return [
      { alertname, severity, first, last: status === 'firing' ? Number.POSITIVE_INFINITY : (last_step ?? first) },
    ];
  });
}
