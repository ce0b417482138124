import { isAtLeast } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';
import type { Told } from './outbox-rows.ts';
import { endOfUntold } from './overtaking.ts';
import type { CommonOptions } from './receiver.ts';
import { matches } from './routing.ts';

/** `remember`: counts as told, is not sent. */
export type Decision = 'nothing' | 'remember' | 'send';

/**
 * What to do with a notice for one receiver, from what that receiver was last told alone: the same notice twice, or all
 * of them again after a restart, changes nothing. The end of an alert that was sent is of interest even as history.
 *
 * @param history it happened before the agent first saw the run
 * @param nowMs milliseconds since the epoch
 */
export function decide(
  notice: Notice,
  told: Told | null,
  options: CommonOptions,
  history: boolean,
  nowMs: number,
): Decision {
  if (told !== null && says(told, notice)) return isToRepeat(told, options, nowMs) ? 'send' : 'nothing';
  if (told?.open) return notice.status === 'resolved' && !options.send_resolved ? 'remember' : 'send';
  if (history) return 'remember';
  if (!isAtLeast(notice.severity, options.min_severity)) return 'nothing';
  if (!matches(options.match, notice.labels)) return 'nothing';
  if (notice.status === 'firing') return 'send';
  return told === null && options.send_resolved ? 'send' : 'remember';
}

function says(told: Told, notice: Notice): boolean {
  return told.status === notice.status && (told.status === 'resolved' || told.severity === notice.severity);
}

function isToRepeat({ open, atMs }: Told, { repeat_interval }: CommonOptions, nowMs: number): boolean {
  return open && repeat_interval !== undefined && nowMs - atMs >= repeat_interval;
}

/**
 * The notice as it is sent: what resolves carries the severity under which it was opened, so that its labels, hence its
 * fingerprint, are those of the alert that it closes. An end without a beginning says since when it was.
 */
export function asSent(notice: Notice, told: Told | null): Notice {
  if (notice.status === 'firing') return notice;
  if (!told?.open) return endOfUntold(notice);
  return { ...notice, severity: told.severity, labels: { ...notice.labels, severity: told.severity } };
}
