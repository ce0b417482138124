import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import { KNOWLEDGE, type KnowledgeId, type Sureness } from '../model/knowledge.ts';
import { ENTRIES, type Entry, type Source } from './entries.ts';

/** The pattern that fits an incident best. */
export interface Found {
  readonly id: KnowledgeId;
  readonly sure: Sureness;
  readonly sources: readonly Source[];
}

/** What is known of such trouble in such a run; null when no pattern fits. */
export function knowledge(context: RunContext, incident: Incident): Found | null {
  let best: KnowledgeId | null = null;
  let bestScore = 0;
  for (const id of KNOWLEDGE) {
    const score = scoreOf(ENTRIES[id], context, incident);
    if (score === null || score < bestScore) continue;
    // of two that fit equally well, the one that says more
    if (best !== null && score === bestScore && sizeOf(id) <= sizeOf(best)) continue;
    best = id;
    bestScore = score;
  }
  return best && { id: best, sure: bestScore === 1 ? 'likely' : 'possible', sources: ENTRIES[best].sources };
}

/**
 * The share of a pattern that is known to be there, 1 when all of it is; null when it does not fit: because a part of it
 * is known to be missing, or because less than half of it is known.
 */
function scoreOf({ alerts, conditions }: Entry, context: RunContext, incident: Incident): number | null {
  if (!alerts.includes(incident.alertname)) return null;
  const verdicts = conditions.map(({ holds }) => holds(context, incident));
  if (verdicts.includes(false)) return null;
  const score = verdicts.filter((verdict) => verdict === true).length / verdicts.length;
  return score < 0.5 ? null : score;
}

function sizeOf(id: KnowledgeId): number {
  return ENTRIES[id].conditions.length;
}
