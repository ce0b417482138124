import type { Severity } from './alert.ts';

/** What is told about an incident at a moment, in words and labels that are ready to be sent. */
export interface Notice {
  /** Unique among all runs; the same incident has the same id after a restart. */
  readonly incidentId: string;
  /** Identity of the run among all watched paths. */
  readonly runKey: string;
  readonly severity: Severity;
  readonly status: 'firing' | 'resolved';
  /** `alertname`, `run`, `severity`, and the operator's static labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /** null while firing. */
  readonly endsAtMs: number | null;
  /** Where a person sees more about it; empty when there is no such page. */
  readonly generatorUrl: string;
}
