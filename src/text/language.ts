import type { AlertName } from '../model/alert.ts';
import { type ConfigRisk, isConfigRisk } from '../model/config-risk.ts';
import type { Incident, Wasted } from '../model/incident.ts';
import type { Judgement } from '../model/judgement.ts';
import type { KnowledgeId, KnowledgeText, Sureness } from '../model/knowledge.ts';

/** What a person reads about one kind of alert. */
export interface AlertText {
  /** One line: what, and since which step. */
  summary(incident: Incident): string;
  /** What it means. */
  diagnosis(incident: Incident): string;
  /** What to do now. */
  advice(incident: Incident): string;
}

/** What a person reads about one configuration that is known for trouble. */
export interface RiskText {
  readonly name: string;
  readonly diagnosis: string;
  readonly advice: string;
}

/** What else there is to say of a verdict. */
export interface WeightsAbout {
  /** As people write it: `bf16`; null when it is not known. */
  readonly precision: string | null;
  /** It had been said that they are lost, and that does not hold any more. */
  readonly withdrawn: boolean;
}

/** A cause that is known from elsewhere. */
export interface Cause {
  readonly sure: Sureness;
  readonly text: string;
  /** `LLaMA-Factory #5660, LLaMA-Factory #7388`. */
  readonly sources: string;
}

/** What is said of one incident beyond the words of its alert. */
export interface ExplainText {
  readonly weights: (verdict: string) => string;
  readonly cause: (cause: Cause) => string;
  readonly causeAfterLabel: (cause: Cause) => string;
  readonly goBack: (checkpoint: string | null) => string;
  /** `134 steps (12 min, 45,000 tokens)`. */
  readonly wasted: (wasted: Wasted, duration: string | null) => string;
  readonly wastedSentence: (wasted: string) => string;
  /** Labels and short answers in the report. */
  readonly label: Readonly<Record<'weights' | 'goBack' | 'nowhere' | 'wasted' | 'cause', string>>;
}

/** Words of the messages that receivers send. */
export interface MessageText {
  /** The first line: `CRITICAL: loss is NaN at step 61`. */
  readonly headline: (kind: 'info' | 'warning' | 'critical' | 'resolved', summary: string) => string;
  readonly label: Readonly<
    Record<'run' | 'what' | 'since' | 'until' | 'weights' | 'goBack' | 'wasted' | 'cause' | 'todo', string>
  >;
  /** Words of links. */
  readonly open: string;
  readonly runbook: string;
  /** Between a label and its text. */
  readonly colon: string;
}

/** Every sentence that alerts and reports say, in one language. */
export interface Language {
  readonly alerts: Readonly<Record<AlertName, AlertText>>;
  /** Known causes and what helps against them. */
  readonly knowledge: Readonly<Record<KnowledgeId, KnowledgeText>>;
  /** The verdict on the weights with its evidence, to come after a label: `intact. The gradient norm at step 64 is ...`. */
  readonly weights: (judgement: Judgement, about: WeightsAbout) => string;
  readonly explain: ExplainText;
  /** One message for those that a rate limit held back; `firing` and `resolved` are counts. */
  readonly heldBack: (firing: number, resolved: number) => string;
  readonly message: MessageText;
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

/** The configurations known for trouble of which an incident tells. */
export function risksOf({ evidence }: Incident): ConfigRisk[] {
  return [...new Set(evidence.map(({ field }) => field).filter(isConfigRisk))];
}

/** The newest number of this name as people say it, with four digits; null when there is none, or no finite one. */
export function said(incident: Incident, field: string): string | null {
  const value = evidenceOf(incident, field);
  return value !== undefined && Number.isFinite(value) ? String(Number(value.toPrecision(4))) : null;
}

/** Logged step of the newest number of this name; null when there is none. */
export function stepOf(incident: Incident, field: string): number | null {
  return incident.evidence.findLast((evidence) => evidence.field === field)?.step ?? null;
}

/** The newest number of this name among the evidence of an incident. */
export function evidenceOf(incident: Incident, field: string): number | undefined {
  return incident.evidence.findLast((evidence) => evidence.field === field)?.value;
}
