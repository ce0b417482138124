import { SEVERITIES } from '../model/alert.ts';
import type { Notice } from '../model/notice.ts';
import type { Language } from '../text/language.ts';

const MOST_LINES = 20;

/** One notification that stands for several which the rate limit of a receiver held back. */
export function summaryOf(
  all: readonly Notice[],
  receiver: string,
  externalUrl: string,
  language: Language,
  nowMs: number,
): Notice {
  const firing = all.filter(({ status }) => status === 'firing');
  const severity = SEVERITIES.findLast((one) => all.some((notice) => notice.severity === one)) ?? 'info';
  const summary = language.heldBack(firing.length, all.length - firing.length);
  const lines = all.slice(0, MOST_LINES).map(line);
  if (all.length > MOST_LINES) lines.push(`... +${all.length - MOST_LINES}`);
  return {
    incidentId: `held back from ${receiver}`,
    runKey: '',
    severity,
    status: firing.length > 0 ? 'firing' : 'resolved',
    labels: { alertname: 'NanwatchRateLimited', severity },
    annotations: { summary, description: [summary, ...lines].join('\n') },
    startsAtMs: Math.min(...all.map(({ startsAtMs }) => startsAtMs)),
    endsAtMs: firing.length > 0 ? null : nowMs,
    generatorUrl: `${externalUrl}/`,
  };
}

function line({ labels, status, severity, annotations }: Notice): string {
  return `${status} ${severity} ${labels.alertname} ${labels.run}: ${annotations.summary}`;
}
