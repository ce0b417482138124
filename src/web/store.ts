import { fromWire, type IncidentView, type RunView, type ServerMessage, type WireNumber } from '../view/wire.ts';
import { extendTrail, firstTrail, type Trail } from './trail.ts';

/** A run as the page knows it. Replaced, never changed: same object, nothing to draw anew. */
export interface RunEntry {
  readonly view: RunView;
  readonly trail: Trail;
}

/** What the agent said so far. */
export interface PageState {
  /** Null until the first `hello`. */
  readonly version: string | null;
  /** The agent was replaced by another version while the page was open. */
  readonly updated: boolean;
  readonly runs: ReadonlyMap<string, RunEntry>;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

export const NOTHING_YET: PageState = { version: null, updated: false, runs: new Map(), incidents: new Map() };

export const MAX_RUNS = 5000;
export const MAX_INCIDENTS = 2000;
/** Of one run; the agent itself gives at most a hundred names beside its vocabulary. */
export const MAX_VALUES = 160;

/** The state after `messages`, which arrived at `nowMs`. Pure. One pass, one copy, however many messages. */
export function reduce(state: PageState, messages: readonly ServerMessage[], nowMs: number): PageState {
  if (messages.length === 0) return state;
  const next = { ...state, runs: new Map(state.runs), incidents: new Map(state.incidents) };
  const losses = new Map<string, number[]>();
  for (const message of messages) {
    switch (message.type) {
      case 'hello':
        next.updated ||= next.version !== null && next.version !== message.version;
        next.version = message.version;
        losses.clear();
        next.runs = new Map(message.runs.slice(0, MAX_RUNS).map((view) => [view.run, entryOf(view)]));
        next.incidents = new Map(message.alerts.map((alert) => [alert.id, alert]));
        break;
      case 'record':
        takeRecord(next.runs, losses, message, nowMs);
        break;
      case 'run': {
        const known = next.runs.get(message.run.run);
        if (known) next.runs.set(message.run.run, { view: message.run, trail: known.trail });
        else if (next.runs.size < MAX_RUNS) next.runs.set(message.run.run, entryOf(message.run));
        break;
      }
      case 'run-removed':
        next.runs.delete(message.run);
        losses.delete(message.run);
        for (const alert of next.incidents.values()) {
          if (alert.run === message.run && alert.status === 'firing') next.incidents.delete(alert.id);
        }
        break;
      case 'alert':
        next.incidents.set(message.alert.id, message.alert);
        break;
      default:
        // A newer agent may say more than this page understands.
        message satisfies never;
    }
  }
  for (const [run, added] of losses) {
    const known = next.runs.get(run);
    if (known) next.runs.set(run, { view: known.view, trail: extendTrail(known.trail, added) });
  }
  forgetIncidents(next.incidents);
  const sameIncidents = messages.every(({ type }) => type === 'record' || type === 'run');
  return sameIncidents ? { ...next, incidents: state.incidents } : next;
}

function entryOf(view: RunView): RunEntry {
  return { view, trail: firstTrail(view.values.loss) };
}

type RecordMessage = Extract<ServerMessage, { type: 'record' }>;

function takeRecord(
  runs: Map<string, RunEntry>,
  losses: Map<string, number[]>,
  { run, step, fields }: RecordMessage,
  nowMs: number,
): void {
  const known = runs.get(run);
  if (!known) return;
  const { view } = known;
  const last_step = step ?? view.last_step;
  const max_steps = numberOf(fields.max_steps) ?? view.max_steps;
  const progress = last_step !== null && max_steps ? Math.min(last_step / max_steps, 1) : view.progress;
  const last_record_at = new Date(nowMs).toISOString();
  const values = mergeValues(view.values, fields);
  const records = view.records + 1;
  runs.set(run, {
    trail: known.trail,
    view: { ...view, last_step, max_steps, progress, last_record_at, values, records },
  });
  if (fields.loss !== undefined) {
    const added = losses.get(run);
    if (added) added.push(fromWire(fields.loss));
    else losses.set(run, [fromWire(fields.loss)]);
  }
}

function numberOf(value: WireNumber | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

type Values = RunView['values'];

function mergeValues(values: Values, fields: Values): Values {
  const merged = { ...values, ...fields };
  const names = Object.keys(merged);
  if (names.length <= MAX_VALUES) return merged;
  return Object.fromEntries(names.slice(0, MAX_VALUES).map((name) => [name, merged[name] ?? 'NaN']));
}

/** Keeps the newest; resolved ones go first. */
function forgetIncidents(incidents: Map<string, IncidentView>): void {
  if (incidents.size <= MAX_INCIDENTS) return;
  const surplus = [...incidents.values()]
    .sort(
      (a, b) => rank(a) - rank(b) || Date.parse(a.ended_at ?? a.started_at) - Date.parse(b.ended_at ?? b.started_at),
    )
    .slice(0, incidents.size - MAX_INCIDENTS);
  for (const { id } of surplus) incidents.delete(id);
}

function rank(alert: IncidentView): number {
  return alert.status === 'firing' ? 1 : 0;
}
