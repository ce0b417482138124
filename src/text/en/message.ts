import type { MessageText } from '../language.ts';

export const messageEn: MessageText = {
  headline: (kind, summary) => `${kind.toUpperCase()}: ${summary}`,
  label: {
    run: 'Run',
    what: 'What it means',
    since: 'Since',
    until: 'Until',
    weights: 'Weights',
    goBack: 'Go back to',
    wasted: 'Wasted',
    cause: 'Cause',
    todo: 'Next step',
  },
  open: 'Open in nanwatch',
  runbook: 'Runbook',
  colon: ': ',
};
