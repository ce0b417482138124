import type { ExplainText } from '../language.ts';

const SURE = { likely: '很可能', possible: '可能' } as const;

export const explainZhCN: ExplainText = {
  weights: (verdict) => `权重：${verdict}`,
  cause: ({ sure, text, sources }) => `${SURE[sure]}的原因：${text}（${sources}）`,
  causeAfterLabel: ({ sure, text, sources }) => `${SURE[sure]}：${text}（${sources}）`,
  goBack: (checkpoint) =>
    checkpoint === null
      ? '没有找到问题出现之前的完好检查点。'
      : `回退到 ${checkpoint}，即问题出现之前最新的完好检查点。`,
  wasted: ({ steps, tokens }, duration) => {
    const more = [duration, tokens === null ? null : `${tokens.toLocaleString('en-US')} 个词元`].filter(
      (word) => word !== null,
    );
    return `${steps} 步${more.length === 0 ? '' : `（${more.join('，')}）`}`;
  },
  wastedSentence: (wasted) => `此后浪费：${wasted}。`,
  label: {
    weights: '权重',
    goBack: '回退到',
    nowhere: '没有找到完好的检查点',
    wasted: '浪费',
    cause: '原因',
  },
};
