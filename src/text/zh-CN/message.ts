import type { MessageText } from '../language.ts';

const KIND = { info: '提示', warning: '警告', critical: '严重', resolved: '已恢复' } as const;

export const messageZhCN: MessageText = {
  headline: (kind, summary) => `【${KIND[kind]}】${summary}`,
  label: {
    run: '任务',
    what: '含义',
    since: '开始',
    until: '结束',
    weights: '权重',
    goBack: '回退到',
    wasted: '浪费',
    cause: '原因',
    todo: '下一步',
  },
  open: '在 nanwatch 中查看',
  runbook: '处理手册',
  colon: '：',
};
