import type { IncidentView, RunView } from '../../../src/view/wire.ts';

export function runView(run: string, changes: Partial<RunView> = {}): RunView {
  return {
    run,
    state: 'running',
    attempts: 1,
    records: 10,
    first_step: 1,
    last_step: 100,
    max_steps: 1000,
    progress: 0.1,
    elapsed_seconds: 84,
    remaining_seconds: 756,
    seconds_per_step: 0.84,
    last_record_at: '2026-11-24T03:00:00Z',
    values: { loss: 1.5, grad_norm: 0.8 },
    context: {},
    sources: [],
    ...changes,
  };
}

export function incidentView(id: string, changes: Partial<IncidentView> = {}): IncidentView {
  return {
    id,
    run: 'a',
    alertname: 'TrainerLossNonFinite',
    severity: 'critical',
    status: 'firing',
    first_step: 90,
    last_step: 99,
    occurrences: 2,
    started_at: '2026-11-24T03:00:00Z',
    ended_at: null,
    weights: 'unknown',
    rollback_checkpoint: null,
    group: id,
    inhibited_by: null,
    summary: '',
    diagnosis: '',
    advice: '',
    evidence: [],
    ...changes,
  };
}
