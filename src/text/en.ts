import { alerts } from './en/alerts.ts';
import { explainEn } from './en/explain.ts';
import { knowledgeEn } from './en/knowledge.ts';
import { messageEn } from './en/message.ts';
import { weightsEn } from './en/weights.ts';
import { count, duration } from './en/words.ts';
import type { Language } from './language.ts';

export const en: Language = {
  alerts,
  knowledge: knowledgeEn,
  weights: weightsEn,
  explain: explainEn,
  heldBack: (firing, resolved) =>
    `${count(firing + resolved, 'notification was', 'notifications were')} held back by the rate limit: ${firing} firing, ${resolved} resolved`,
  message: messageEn,
  report: {
    title: (runs) => count(runs, 'run', 'runs'),
    noRuns: 'No training log found.',
    healthy: 'nothing to report',
    state: { running: 'running', stalled: 'stalled', finished: 'finished', failed: 'failed' },
    severity: { info: 'info', warning: 'warning', critical: 'critical' },
    status: { firing: 'still firing', resolved: 'resolved' },
    steps: (last, max) => `step ${last ?? '?'}${max === null ? '' : ` of ${max}`}`,
    records: (number) => count(number, 'record', 'records'),
    attempts: (number) => count(number, 'attempt', 'attempts'),
    lastRecord: (ago) => `last record ${ago} ago`,
    duration,
    setup: 'setup',
    sources: 'read',
    meaning: 'means',
    todo: 'to do',
    evidence: 'seen',
    inhibitedBy: (alertname) => `part of ${alertname}`,
    total: (incidents, runs) => `${count(incidents, 'incident', 'incidents')} in ${count(runs, 'run', 'runs')}`,
  },
};
