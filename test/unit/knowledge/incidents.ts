import type { AlertName } from '../../../src/model/alert.ts';
import type { Incident } from '../../../src/model/incident.ts';
import type { Judgement } from '../../../src/model/judgement.ts';

/** An incident in the midst of a run, with these differences. */
export function incidentOf(alertname: AlertName, changes: Partial<Incident> = {}): Incident {
  return {
    run: 'saves/qwen',
    id: `${alertname}-1-120`,
    alertname,
    severity: 'warning',
    status: 'firing',
    firstStep: 120,
    lastStep: 130,
    occurrences: 3,
    startedAtMs: 0,
    endedAtMs: null,
    group: 'g',
    inhibitedBy: null,
    weights: changes.judgement?.weights ?? 'unknown',
    judgement: null,
    rollbackCheckpoint: null,
    wasted: null,
    words: null,
    evidence: [{ step: 120, field: 'loss', value: 0 }],
    ...changes,
  };
}

/** Norms as evidence, from step 120 on. */
export function norms(...values: readonly number[]): Pick<Incident, 'evidence'> {
  return { evidence: values.map((value, at) => ({ step: 120 + at, field: 'grad_norm', value })) };
}

export const ALIVE: Judgement = { weights: 'intact', reason: 'finite-norm', step: 131, count: 0 };
export const SCALED: Judgement = { weights: 'intact', reason: 'scaler', step: 121, count: 2 };
export const SKIPPED: Judgement = { weights: 'intact', reason: 'learning-rate', step: 121, count: 0 };
export const LOST: Judgement = { weights: 'lost', reason: 'no-scaler', step: 121, count: 2 };
export const EXPLODED: Judgement = { weights: 'lost', reason: 'exploded', step: 123, count: 3 };
export const WAITING: Judgement = { weights: 'unknown', reason: 'waiting', step: 122, count: 3 };
