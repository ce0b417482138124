import { createHash } from 'node:crypto';
import type { Incident } from './model/incident.ts';
import type { Notice, NoticeText } from './model/notice.ts';
import type { Run } from './runs/run.ts';
import { LANGUAGES, type LanguageName } from './text/index.ts';
import type { Language } from './text/language.ts';
import { explanationOf, partsOf } from './view/explain.ts';
import { shortNumber } from './view/wire.ts';

const RUNBOOK = 'https://github.com/nanwatch/nanwatch/blob/main/docs/runbook.md';

export interface NoticeOptions {
  readonly language: LanguageName;
  /** Labels of the operator. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where people reach the agent, without a slash at its end. */
  readonly externalUrl: string;
}

/** What a notice needs to know of a run. */
export interface Subject {
  readonly folder: string;
  readonly run: Pick<Run, 'origin' | 'context'>;
}

/** The key under which deliveries of a run are remembered. */
export function runKeyOf(folder: string): string {
  return folder;
}

/**
 * An incident as it is told: labels and annotations of product contract, in the reader's language. An incident that is
 * inhibited by the leader of its group is told as resolved: whoever heard of it is handed over to the leader's alert.
 */
export function noticeOf(subject: Subject, incident: Incident, nowMs: number, options: NoticeOptions): Notice {
  const firing = isTold(incident);
  const texts = Object.fromEntries(
    Object.entries(LANGUAGES).map(([name, language]) => [name, textOf(subject, incident, language)]),
  ) as Record<LanguageName, NoticeText>;
  return {
    incidentId: incidentIdOf(subject, incident),
    runKey: runKeyOf(subject.folder),
    severity: incident.severity,
    status: firing ? 'firing' : 'resolved',
    labels: { ...options.labels, alertname: incident.alertname, run: incident.run, severity: incident.severity },
    annotations: annotations(incident, texts[options.language], options),
    texts,
    startsAtMs: incident.startedAtMs,
    endsAtMs: firing ? null : (incident.endedAtMs ?? nowMs),
    generatorUrl: `${options.externalUrl}/?run=${encodeURIComponent(incident.run)}`,
  };
}

/** Whether the incident is told as firing: it speaks for its group. */
export function isTold({ status, inhibitedBy }: Incident): boolean {
  return status === 'firing' && inhibitedBy === null;
}

/** The same for one incident of one run in one place after any restart, and no other. */
export function incidentIdOf({ folder, run }: Subject, incident: Incident): string {
  const identity = JSON.stringify([runKeyOf(folder), run.origin, incident.id]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

function textOf({ run }: Subject, incident: Incident, language: Language): NoticeText {
  const parts = partsOf(incident, run.context, language);
  const { summary, diagnosis, advice } = explanationOf(parts, language);
  const { meaning, weights, goBack, wasted, cause, todo } = parts;
  return {
    annotations: { summary, description: `${incident.run}: ${summary}. ${diagnosis}`, diagnosis, advice },
    meaning,
    weights,
    goBack: goBack && (goBack.checkpoint ?? language.explain.label.nowhere),
    wasted,
    cause: cause && language.explain.causeAfterLabel(cause),
    todo,
  };
}

function annotations(incident: Incident, text: NoticeText, { externalUrl }: NoticeOptions): Record<string, string> {
  const wastedSeconds = incident.wasted?.seconds ?? null;
  const found: Record<string, string | number | null> = {
    ...text.annotations,
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
