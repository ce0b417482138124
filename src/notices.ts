import { createHash } from 'node:crypto';
import type { Incident } from './model/incident.ts';
import type { Notice } from './model/notice.ts';
import type { WatchedRun } from './pipeline/watched-run.ts';
import type { Language } from './text/language.ts';
import { explain } from './view/explain.ts';
import { shortNumber } from './view/wire.ts';

const RUNBOOK = 'https://github.com/nanwatch/nanwatch/blob/main/docs/runbook.md';

export interface NoticeOptions {
  readonly language: Language;
  /** Labels of the operator. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where people reach the agent, without a slash at its end. */
  readonly externalUrl: string;
}

/** The key under which deliveries of a run are remembered. */
export function runKeyOf(folder: string): string {
  return folder;
}

/**
 * An incident as it is told: labels and annotations of product contract, in the reader's language. An incident that is
 * inhibited by the leader of its group is told as resolved: whoever heard of it is handed over to the leader's alert.
 */
export function noticeOf(watched: WatchedRun, incident: Incident, nowMs: number, options: NoticeOptions): Notice {
  const firing = incident.status === 'firing' && incident.inhibitedBy === null;
  return {
    incidentId: incidentIdOf(watched, incident),
    runKey: runKeyOf(watched.folder),
    severity: incident.severity,
    status: firing ? 'firing' : 'resolved',
    labels: { ...options.labels, alertname: incident.alertname, run: incident.run, severity: incident.severity },
    annotations: annotations(watched, incident, options),
    startsAtMs: incident.startedAtMs,
    endsAtMs: firing ? null : (incident.endedAtMs ?? nowMs),
    generatorUrl: `${options.externalUrl}/?run=${encodeURIComponent(incident.run)}`,
  };
}

/** The same for one incident of one run in one place after any restart, and no other. */
export function incidentIdOf(watched: WatchedRun, incident: Incident): string {
  const identity = JSON.stringify([runKeyOf(watched.folder), watched.run.origin, incident.id]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

function annotations(
  { run }: WatchedRun,
  incident: Incident,
  { language, externalUrl }: NoticeOptions,
): Record<string, string> {
  const { summary, diagnosis, advice } = explain(incident, run.context, language);
  const wastedSeconds = incident.wasted?.seconds ?? null;
  const found: Record<string, string | number | null> = {
    summary,
    description: `${incident.run}: ${summary}. ${diagnosis}`,
    diagnosis,
    advice,
    evidence: incident.evidence
      .map(({ step, field, value }) => `${step ?? '-'}: ${field}=${shortNumber(value)}`)
      .join(', '),
    first_step: incident.firstStep,
    last_step: incident.lastStep,
    occurrences: incident.occurrences,
    weights: incident.weights,
    rollback_checkpoint: incident.rollbackCheckpoint,
    wasted_seconds: wastedSeconds === null ? null : Math.round(wastedSeconds),
    runbook_url: `${RUNBOOK}#${incident.alertname.toLowerCase()}`,
    dashboard_url: `${externalUrl}/?run=${encodeURIComponent(incident.run)}`,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}
