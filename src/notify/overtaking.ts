import type { Notice } from '../model/notice.ts';

/**
 * The newest notification of an incident in the place of older ones that could not be sent. When it tells the end of
 * what was never told, it says so in the annotation `was_firing`.
 */
export function overtaking(newest: Notice, older: readonly Notice[]): Notice {
  const untold = older.find(({ status }) => status === 'firing');
  return newest.status === 'resolved' && untold !== undefined ? endOfUntold(newest, untold.startsAtMs) : newest;
}

/** An end whose beginning its receiver never heard of. */
export function endOfUntold(notice: Notice, sinceMs = notice.startsAtMs): Notice {
  const words = `from ${rfc3339(sinceMs)} to ${rfc3339(notice.endsAtMs ?? sinceMs)}`;
  return { ...notice, annotations: { ...notice.annotations, was_firing: words } };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
