import type { AlertName } from '../model/alert.ts';
import type { Incident } from '../model/incident.ts';

/** What a person reads about one kind of alert. */
export interface AlertText {
  /** One line: what, and since which step. */
  summary(incident: Incident): string;
  /** What it means. */
  diagnosis(incident: Incident): string;
  /** What to do now. */
  advice(incident: Incident): string;
}

/** Every sentence that alerts and reports say, in one language. */
export interface Language {
  readonly alerts: Readonly<Record<AlertName, AlertText>>;
  readonly report: {
    readonly title: (runs: number) => string;
    readonly noRuns: string;
    readonly healthy: string;
    readonly state: Readonly<Record<'running' | 'stalled' | 'finished' | 'failed', string>>;
    readonly severity: Readonly<Record<'info' | 'warning' | 'critical', string>>;
    readonly status: Readonly<Record<'firing' | 'resolved', string>>;
    readonly steps: (last: number | null, max: number | null) => string;
    readonly records: (count: number) => string;
    readonly attempts: (count: number) => string;
    readonly lastRecord: (ago: string) => string;
    readonly duration: (seconds: number) => string;
    readonly setup: string;
    readonly sources: string;
    readonly meaning: string;
    readonly todo: string;
    readonly evidence: string;
    readonly inhibitedBy: (alertname: string) => string;
    readonly total: (incidents: number, runs: number) => string;
  };
}

/** The newest number of this name among the evidence of an incident. */
export function evidenceOf(incident: Incident, field: string): number | undefined {
  return incident.evidence.findLast((evidence) => evidence.field === field)?.value;
}
