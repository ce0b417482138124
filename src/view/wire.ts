import type { AlertName, Severity } from '../model/alert.ts';
import type { RunContext } from '../model/context.ts';
import type { RunState } from '../model/run-state.ts';

/** A number as JSON carries it: those that are not finite are written as strings. */
export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export interface EvidenceView {
  readonly step: number | null;
  readonly field: string;
  readonly value: WireNumber;
}

/** An incident as the report of `check`, the API and the live stream show it. */
export interface IncidentView {
  readonly id: string;
  readonly run: string;
  readonly alertname: AlertName;
  readonly severity: Severity;
  readonly status: 'firing' | 'resolved';
  readonly first_step: number | null;
  readonly last_step: number | null;
  readonly occurrences: number;
  /** RFC 3339. */
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly weights: 'intact' | 'lost' | 'unknown';
  readonly rollback_checkpoint: string | null;
  readonly group: string;
  readonly inhibited_by: AlertName | null;
  readonly summary: string;
  readonly diagnosis: string;
  readonly advice: string;
  readonly evidence: readonly EvidenceView[];
}

export interface SourceView {
  /** Relative to the run folder. */
  readonly path: string;
  readonly format: string;
  readonly records: number;
}

/** A run as the report of `check`, the API and the live stream show it. */
export interface RunView {
  readonly run: string;
  readonly state: RunState;
  readonly attempts: number;
  readonly records: number;
  readonly first_step: number | null;
  readonly last_step: number | null;
  readonly max_steps: number | null;
  /** 0 to 1. */
  readonly progress: number | null;
  readonly elapsed_seconds: number | null;
  readonly remaining_seconds: number | null;
  readonly seconds_per_step: number | null;
  /** RFC 3339; when the last record arrived. */
  readonly last_record_at: string | null;
  /** Last value by field name: loss, eval_loss, grad_norm, learning_rate, epoch, tokens_per_second, ... and the log's other numbers. */
  readonly values: Readonly<Record<string, WireNumber>>;
  /** How the run is configured, as far as what lies there says so; see `docs/formats.md`. */
  readonly context: RunContext;
  readonly sources: readonly SourceView[];
}

/** One line of a chart: the values of one name in one attempt of a run. */
export interface SeriesView {
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** Never falls. */
  readonly steps: readonly number[];
  /** As many as there are steps. */
  readonly values: readonly WireNumber[];
}

/** The past of a run, thinned to what can be drawn. */
export interface RunSeriesView {
  readonly run: string;
  /** False for a run that is longer than what is kept of one: there is no series of it. */
  readonly kept: boolean;
  /** By name, then by attempt; a name of which there is no value has none. */
  readonly series: readonly SeriesView[];
}

/** Messages that the server sends over `/ws`, subprotocol `nanwatch.v1`. */
export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly version: string;
      readonly runs: readonly RunView[];
      readonly alerts: readonly IncidentView[];
    }
  | {
      readonly type: 'record';
      readonly run: string;
      readonly step: number | null;
      readonly fields: Readonly<Record<string, WireNumber>>;
    }
  | { readonly type: 'run'; readonly run: RunView }
  /** The run is no longer followed. */
  | { readonly type: 'run-removed'; readonly run: string }
  | { readonly type: 'alert'; readonly alert: IncidentView };

/** Messages that a client may send. Without a subscription every run is streamed. */
export type ClientMessage = { readonly type: 'subscribe'; readonly runs: readonly string[] };

/** Writes a number for JSON. */
export function wireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** A number for people: whole ones as they are, others with five digits. */
export function shortNumber(value: number): string {
  return String(Number.isFinite(value) && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value);
}

/** Reads a number back from JSON. */
export function fromWire(value: WireNumber): number {
  return typeof value === 'number' ? value : Number(value);
}
