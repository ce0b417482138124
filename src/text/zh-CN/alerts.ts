import { type AlertText, evidenceOf, type Language, risksOf, said, stepOf } from '../language.ts';
import { nonfinite } from './nonfinite.ts';
import { risks } from './risks.ts';
import { duration, goBack, where } from './words.ts';

const trend = {
  TrainerLossSpike: {
    summary: (incident) => {
      const expected = said(incident, 'expected_loss');
      const loss = said(incident, 'loss');
      return `损失突然升高${loss === null ? '' : `至 ${loss}`}${expected === null ? '' : `，预期约 ${expected}`}${where(incident)}`;
    },
    diagnosis: ({ severity }) =>
      severity === 'critical'
        ? '损失远高于原来的水平，且没有回落：模型已被带偏。'
        : '损失远高于预期。可能是几个坏批次（损坏或异类的样本），也可能是某一步过大。',
    advice: (incident) =>
      `若回落：检查该步的样本。若不回落：${goBack(incident)}，以更低的学习率继续，或去掉这些样本（换随机种子，或 ignore_data_skip）。`,
  },
  TrainerLossDiverging: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      const loss = said(incident, 'loss');
      return `损失持续上升${loss === null ? '' : `至 ${loss}`}${best === null ? '' : `，最佳为 ${best}`}${where(incident)}`;
    },
    diagnosis: () => '损失一条接一条地偏离其最佳值，单个坏批次不会如此。多半是学习率过高，或预热太短。',
    advice: (incident) =>
      `若几条记录之内没有回头，停止任务，${goBack(incident)}。学习率取三分之一，预热占总步数的 3% 至 10%，并设 max_grad_norm: 1。`,
  },
  TrainerGradExploding: {
    summary: (incident) => {
      const usual = said(incident, 'usual_grad_norm');
      const norm = said(incident, 'grad_norm');
      return `梯度范数激增${norm === null ? '' : `至 ${norm}`}${usual === null ? '' : `，通常为 ${usual}`}${where(incident)}`;
    },
    diagnosis: () => '梯度反复地、或与损失同时地达到平时的许多倍。裁剪使步长受限，但方向仍由少数批次决定。',
    advice: () =>
      '确认已设置 max_grad_norm（通常为 1）。降低学习率、延长预热，并检查这些步的样本：过长、损坏或异类的。',
  },
  TrainerGradVanishing: {
    summary: (incident) =>
      evidenceOf(incident, 'grad_norm') === 0
        ? `梯度范数恰好为 0${where(incident)}`
        : `梯度范数几乎为零（${said(incident, 'grad_norm') ?? '见日志'}）${where(incident)}`,
    diagnosis: (incident) =>
      evidenceOf(incident, 'grad_norm') === 0
        ? '没有梯度到达权重：没有可训练的参数，标签全被屏蔽，或（使用奖励时）同组奖励全部相同。任务什么也学不到。'
        : '几乎没有梯度到达权重，而要学的还很多。fp16 下损失缩放随每次跳步而减小，会使梯度下溢。',
    advice: () => '检查控制台开头的可训练参数数量、template 与 cutoff_len（标签）以及奖励。fp16：改用 bf16。',
  },
  TrainerLossPlateau: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      return `损失没有新的最佳值${best === null ? '' : `（最佳 ${best}）`}${where(incident)}`;
    },
    diagnosis: () =>
      '损失的滑动均值在任务的相当一段时间内没有改善。在后期，或数据本就难以预测时，这是正常的；在前期则说明学到的很少。',
    advice: () => '若验证也停滞，可提前停止，或更换学习率：从一开始就平坦则调高，来回摆动则调低。',
  },
  TrainerEvalLossRising: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      const loss = said(incident, 'eval_loss');
      return `验证损失上升${loss === null ? '' : `至 ${loss}`}${best === null ? '' : `，最佳为第 ${stepOf(incident, 'best_loss')} 步的 ${best}`}${where(incident)}`;
    },
    diagnosis: () => '验证损失上升而训练损失下降：模型正在死记训练数据，对其他数据反而变差。',
    advice: (incident) => {
      const best = stepOf(incident, 'best_loss');
      return `使用${best === null ? '验证最佳时' : `最接近第 ${best} 步`}的检查点，而不是最后一个（load_best_model_at_end）。下次：减少轮数、降低学习率、增加数据、使用 dropout 或更小的秩。`;
    },
  },
  TrainerRewardCollapsed: {
    summary: (incident) => {
      if (evidenceOf(incident, 'reward') !== undefined) {
        const best = said(incident, 'best_reward');
        return `奖励${best === null ? '' : `从 ${best} `}跌至 ${said(incident, 'reward') ?? '低位'}${where(incident)}`;
      }
      if (evidenceOf(incident, 'frac_reward_zero_std') !== undefined) return `同组奖励全部相同${where(incident)}`;
      if (evidenceOf(incident, 'kl') !== undefined) return `策略急剧偏离参考模型${where(incident)}`;
      return `奖励不再使策略有所长进${where(incident)}`;
    },
    diagnosis: () =>
      '基于奖励的训练出了问题，而损失看不出来：奖励相同则没有优势可学；奖励下跌、kl 激增或熵接近 0，说明策略走进了死胡同。',
    advice: () =>
      '读几条生成结果。奖励相同：更换提示、增加每组生成数、让奖励更细分。否则：降低学习率、增大 beta、提高温度，并回到奖励最佳时的检查点。',
  },
} as const satisfies Readonly<Record<string, AlertText>>;

const process = {
  TrainerThroughputDropped: {
    summary: (incident) => {
      const usual = said(incident, 'usual_seconds_per_step');
      const now = said(incident, 'seconds_per_step');
      return `训练变慢${now === null ? '' : `：每步 ${now} 秒`}${usual === null ? '' : `，通常 ${usual} 秒`}${where(incident)}`;
    },
    diagnosis: () => '每步用时超过原来的两倍。可能有其他程序占用 GPU 或磁盘，GPU 因温度或功耗降频，或数据变长。',
    advice: () => '查看 nvidia-smi（频率、温度、其他进程）、CPU 与磁盘负载以及样本长度。',
  },
  TrainerStalled: {
    summary: (incident) =>
      `已 ${duration(evidenceOf(incident, 'seconds_without_record') ?? 0)} 没有新记录，停在第 ${incident.lastStep ?? 0} 步`,
    diagnosis: () =>
      '日志沉默的时间远超该任务通常的记录间隔。进程可能卡住（集合通信、数据加载、磁盘已满）、被挂起，或已被杀死而没有留下任何信息。',
    advice: () =>
      '检查进程是否存活、GPU 是否在工作（nvidia-smi、py-spy dump --pid）、磁盘剩余空间以及控制台输出的末尾。若已被杀死，从最新的检查点恢复。',
  },
  TrainerFailed: {
    summary: (incident) => {
      const words = incident.words === null ? '' : `：${incident.words}`;
      const steps = evidenceOf(incident, 'max_steps') ?? Number.NaN;
      return `训练在第 ${incident.lastStep ?? 0} 步结束，共 ${Number.isNaN(steps) ? '未知' : steps} 步${words}`;
    },
    diagnosis: (incident) =>
      incident.words !== null
        ? '控制台中有使进程结束的错误，上面是它的最后一行。'
        : incident.status === 'resolved'
          ? '训练器在最后一步之前停止，之后任务又被恢复。'
          : '训练器在最后一步之前写下了结束行：被人为停止，或被早停之类的回调停止。',
    advice: () => '若无人停止它，请查看控制台输出的末尾。从最新的检查点恢复。',
  },
  TrainerRestarted: {
    summary: (incident) => {
      const attempts = evidenceOf(incident, 'attempts');
      const before = said(incident, 'step_before');
      return `${attempts === undefined ? '新的' : `第 ${attempts} 次`}尝试开始${where(incident)}${before === null ? '' : `，上一次到达第 ${before} 步`}`;
    },
    diagnosis: () => '日志中的步数回退了：训练从检查点恢复，或在同一文件夹中重新开始。',
    advice: () => '若是有意为之，无需处理。否则说明有守护程序在重启失败的进程：请查明它为何结束。',
  },
  TrainerConfigRisk: {
    summary: (incident) => {
      const names = risksOf(incident).map((risk) => risks[risk].name);
      return `已知会出问题的配置：${names.length === 0 ? '当前配置' : names.join('；')}`;
    },
    diagnosis: (incident) =>
      ['目前尚未出现异常，但该配置已知容易出问题。']
        .concat(risksOf(incident).map((risk) => risks[risk].diagnosis))
        .join(''),
    advice: (incident) => {
      const advice = risksOf(incident).map((risk) => risks[risk].advice);
      return advice.length === 0 ? '下次运行之前请阅读运行手册中的说明。' : advice.join('');
    },
  },
} as const satisfies Readonly<Record<string, AlertText>>;

export const alerts: Language['alerts'] = { ...nonfinite, ...trend, ...process };
