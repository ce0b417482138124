export const RUN_STATES = ['running', 'stalled', 'finished', 'failed'] as const;

export type RunState = (typeof RUN_STATES)[number];
