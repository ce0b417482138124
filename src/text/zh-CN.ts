import type { Language } from './language.ts';
import { alerts } from './zh-CN/alerts.ts';
import { explainZhCN } from './zh-CN/explain.ts';
import { knowledgeZhCN } from './zh-CN/knowledge.ts';
import { messageZhCN } from './zh-CN/message.ts';
import { weightsZhCN } from './zh-CN/weights.ts';
import { duration } from './zh-CN/words.ts';

export const zhCN: Language = {
  alerts,
  knowledge: knowledgeZhCN,
  weights: weightsZhCN,
  explain: explainZhCN,
  heldBack: (firing, resolved) =>
    `速率限制合并了 ${firing + resolved} 条通知：${firing} 条告警中，${resolved} 条已恢复`,
  message: messageZhCN,
  report: {
    title: (runs) => `${runs} 个任务`,
    noRuns: '没有找到训练日志。',
    healthy: '一切正常',
    state: { running: '运行中', stalled: '停滞', finished: '已完成', failed: '失败' },
    severity: { info: '提示', warning: '警告', critical: '严重' },
    status: { firing: '仍在告警', resolved: '已恢复' },
    steps: (last, max) => `第 ${last ?? '?'} 步${max === null ? '' : `，共 ${max} 步`}`,
    records: (number) => `${number} 条记录`,
    attempts: (number) => `${number} 次尝试`,
    lastRecord: (ago) => `最后记录于 ${ago}前`,
    duration,
    setup: '配置',
    sources: '来源',
    meaning: '含义',
    todo: '建议',
    evidence: '证据',
    inhibitedBy: (alertname) => `属于 ${alertname}`,
    total: (incidents, runs) => `${runs} 个任务中有 ${incidents} 起事件`,
  },
};
