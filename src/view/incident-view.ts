import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import type { Language } from '../text/language.ts';
import { explain } from './explain.ts';
import { type IncidentView, wireNumber } from './wire.ts';

/** An incident of a run that is configured so, as it goes over the wire, with its sentences in `language`. */
export function incidentView(incident: Incident, context: RunContext, language: Language): IncidentView {
  return {
    id: incident.id,
    run: incident.run,
    alertname: incident.alertname,
    severity: incident.severity,
    status: incident.status,
    first_step: incident.firstStep,
    last_step: incident.lastStep,
    occurrences: incident.occurrences,
    started_at: new Date(incident.startedAtMs).toISOString(),
    ended_at: incident.endedAtMs === null ? null : new Date(incident.endedAtMs).toISOString(),
    weights: incident.weights,
    rollback_checkpoint: incident.rollbackCheckpoint,
    group: incident.group,
    inhibited_by: incident.inhibitedBy,
    ...explain(incident, context, language),
    evidence: incident.evidence.map(({ step, field, value }) => ({ step, field, value: wireNumber(value) })),
  };
}
