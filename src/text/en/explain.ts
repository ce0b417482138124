import type { ExplainText } from '../language.ts';

/** `134 steps`, `12,345 tokens`. */
function many(number: number, one: string): string {
  return `${number.toLocaleString('en-US')} ${one}${number === 1 ? '' : 's'}`;
}

export const explainEn: ExplainText = {
  weights: (verdict) => `Weights: ${verdict}`,
  cause: ({ sure, text, sources }) => `${sure === 'likely' ? 'Likely' : 'Possible'} cause: ${text} (${sources})`,
  causeAfterLabel: ({ sure, text, sources }) => `${sure}: ${text} (${sources})`,
  goBack: (checkpoint) =>
    checkpoint === null
      ? 'No good checkpoint from before the trouble was found.'
      : `Go back to ${checkpoint}, the newest good checkpoint from before the trouble.`,
  wasted: ({ steps, tokens }, duration) => {
    const more = [duration, tokens === null ? null : many(tokens, 'token')].filter((word) => word !== null);
    return `${many(steps, 'step')}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
  },
  wastedSentence: (wasted) => `Wasted since: ${wasted}.`,
  label: {
    weights: 'weights',
    goBack: 'go back to',
    nowhere: 'no good checkpoint found',
    wasted: 'wasted',
    cause: 'cause',
  },
};
