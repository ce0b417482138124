import type { Incident } from '../model/incident.ts';

/** Whether whoever knows of `one` would learn nothing from `other`. */
export function isSameIncident(one: Incident, other: Incident): boolean {
  return (
    one.severity === other.severity &&
    one.status === other.status &&
    one.lastStep === other.lastStep &&
    one.occurrences === other.occurrences &&
    one.inhibitedBy === other.inhibitedBy &&
    one.group === other.group &&
    one.weights === other.weights &&
    one.rollbackCheckpoint === other.rollbackCheckpoint
  );
}
