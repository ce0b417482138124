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
  /** In the language of the agent. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What people read of it, by language; a notice that is not of one incident has none. */
  readonly texts?: Readonly<Record<string, NoticeText>>;
  readonly startsAtMs: number;
  /** null while firing. */
  readonly endsAtMs: number | null;
  /** Where a person sees more about it; empty when there is no such page. */
  readonly generatorUrl: string;
}

/** What people read of a notice, in one language; null is what there is nothing to say of. */
export interface NoticeText {
  /** The annotations that are sentences. */
  readonly annotations: Readonly<Record<'summary' | 'description' | 'diagnosis' | 'advice', string>>;
  /** What diagnosis and advice are made of, for messages that show it line by line. */
  readonly meaning: string;
  readonly weights: string | null;
  readonly goBack: string | null;
  readonly wasted: string | null;
  readonly cause: string | null;
  readonly todo: string;
}
