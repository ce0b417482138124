import type { Incident } from '../model/incident.ts';
import type { Language } from '../text/language.ts';
import { type IncidentView, wireNumber } from './wire.ts';

/** An incident as it goes over the wire, with its sentences in `language`. */
export function incidentView(incident: Incident, language: Language): IncidentView {
  const text = language.alerts[incident.alertname];
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
    summary: text.summary(incident),
    diagnosis: text.diagnosis(incident),
    advice: text.advice(incident),
    evidence: incident.evidence.map(({ step, field, value }) => ({ step, field, value: wireNumber(value) })),
  };
}
