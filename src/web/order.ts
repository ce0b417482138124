import { SEVERITIES, type Severity } from '../model/alert.ts';
import type { RunState } from '../model/run-state.ts';
import type { IncidentView } from '../view/wire.ts';
import type { RunEntry } from './store.ts';

/** One trouble: the incident that leads it and those folded under it. */
export interface Trouble {
  readonly leader: IncidentView;
  readonly followers: readonly IncidentView[];
}

/** Gathers incidents of one status into troubles: open ones worst first, resolved ones newest first. */
export function troublesOf(incidents: Iterable<IncidentView>, status: IncidentView['status']): readonly Trouble[] {
  const groups = new Map<string, IncidentView[]>();
  for (const incident of incidents) {
    if (incident.status !== status) continue;
    const key = JSON.stringify([incident.run, incident.group]);
    const group = groups.get(key);
    if (group) group.push(incident);
    else groups.set(key, [incident]);
  }
  const compare = status === 'firing' ? worstFirst : newestFirst;
  return [...groups.values()].map(ledBy).sort((a, b) => compare(a.leader, b.leader));
}

/** Without a leader of its own status, the worst of the followers leads. */
function ledBy(group: readonly IncidentView[]): Trouble {
  const [leader, ...followers] = group.toSorted(
    (a, b) => Number(a.inhibited_by !== null) - Number(b.inhibited_by !== null) || worstFirst(a, b),
  );
  if (leader === undefined) throw new Error('a group without incidents');
  return { leader, followers };
}

function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function worstFirst(a: IncidentView, b: IncidentView): number {
  return (
    severityRank(b.severity) - severityRank(a.severity) ||
    Number(b.weights === 'lost') - Number(a.weights === 'lost') ||
    Date.parse(b.started_at) - Date.parse(a.started_at) ||
    compareText(a.id, b.id)
  );
}

function newestFirst(a: IncidentView, b: IncidentView): number {
  return Date.parse(b.ended_at ?? b.started_at) - Date.parse(a.ended_at ?? a.started_at) || compareText(a.id, b.id);
}

/** The worst severity that fires, by run. */
export function firingByRun(incidents: Iterable<IncidentView>): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const { run, status, severity } of incidents) {
    if (status !== 'firing') continue;
    const known = worst.get(run);
    if (known === undefined || severityRank(severity) > severityRank(known)) worst.set(run, severity);
  }
  return worst;
}

const STATE_ORDER: Readonly<Record<RunState, number>> = { running: 0, stalled: 1, failed: 2, finished: 3 };
const NAME_ORDER = new Intl.Collator('en', { numeric: true });

/** Runs that need a look first: firing ones by severity, then by state, then by name. */
export function orderRuns(runs: Iterable<RunEntry>, firing: ReadonlyMap<string, Severity>): readonly RunEntry[] {
  const urgency = ({ view }: RunEntry): number => {
    const severity = firing.get(view.run);
    return severity === undefined ? 0 : -1 - severityRank(severity);
  };
  return [...runs].sort(
    (a, b) =>
      urgency(a) - urgency(b) ||
      STATE_ORDER[a.view.state] - STATE_ORDER[b.view.state] ||
      NAME_ORDER.compare(a.view.run, b.view.run),
  );
}

/** Whether every word of `query` is in the run's name or is its state. */
export function matches({ view }: RunEntry, query: string): boolean {
  const name = view.run.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word) || view.state === word);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
