import { type AlertText, evidenceOf, type Language, risksOf, said, stepOf } from '../language.ts';
import { nonfinite } from './nonfinite.ts';
import { risks } from './risks.ts';
import { duration, finite, goBack, where } from './words.ts';

const trend = {
  TrainerLossSpike: {
    summary: (incident) => {
      const expected = said(incident, 'expected_loss');
      const instead = expected === null ? '' : ` where about ${expected} was expected`;
      return `Loss is ${said(incident, 'loss') ?? 'far too high'}${instead}, ${where(incident)}`;
    },
    diagnosis: ({ severity }) =>
      severity === 'critical'
        ? 'The loss has jumped far above where it was and has not come back: the model has been thrown off course.'
        : 'The loss has jumped far above where it was expected. A few bad batches do that (broken or foreign samples), or a step that was too large.',
    advice: (incident) =>
      `It comes back: look at the samples of that step. It stays: ${goBack(incident)}, and resume with a lower learning rate or without those samples (another seed, or ignore_data_skip).`,
  },
  TrainerLossDiverging: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      const beside = best === null ? '' : `, best ${best},`;
      return `Loss climbs: ${said(incident, 'loss') ?? 'no end seen'}${beside} ${where(incident)}`;
    },
    diagnosis: () =>
      'The loss moves up and away from its best, record after record: no single bad batch does that. Mostly the learning rate is too high, or its warm-up too short.',
    advice: (incident) =>
      `Unless it turns within a few records, stop, and ${goBack(incident)}. Take a third of the learning rate, a warm-up of 3 to 10 % of the steps, and max_grad_norm: 1.`,
  },
  TrainerGradExploding: {
    summary: (incident) => {
      const usual = said(incident, 'usual_grad_norm');
      const beside = usual === null ? '' : `, usually ${usual},`;
      return `Gradient norm jumps to ${said(incident, 'grad_norm') ?? 'a multiple'}${beside} ${where(incident)}`;
    },
    diagnosis: () =>
      'Gradients are many times larger than usual, again and again or together with the loss. Clipping keeps the steps short, yet their direction is that of a few batches.',
    advice: () =>
      'See that max_grad_norm is set (1 is usual). Lower the learning rate, lengthen the warm-up, and look at the samples of these steps: very long, broken or foreign ones.',
  },
  TrainerGradVanishing: {
    summary: (incident) =>
      evidenceOf(incident, 'grad_norm') === 0
        ? `Gradient norm is exactly 0 ${where(incident)}`
        : `Gradient norm is next to nothing, ${said(incident, 'grad_norm') ?? 'as logged'}, ${where(incident)}`,
    diagnosis: (incident) =>
      evidenceOf(incident, 'grad_norm') === 0
        ? 'No gradient reaches the weights: nothing is trainable, all labels are masked, or (with rewards) all rewards of a group are equal. The run learns nothing.'
        : 'Hardly any gradient reaches the weights, although there is much left to learn. In fp16 a loss scale that has shrunk with every skipped step lets gradients underflow.',
    advice: () =>
      'Check the number of trainable parameters at the start of the console output, the template and cutoff_len (labels), and the rewards. In fp16: change to bf16.',
  },
  TrainerLossPlateau: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      return `Loss has found no new best${best === null ? '' : ` below ${best}`} ${where(incident)}`;
    },
    diagnosis: () =>
      'The moving mean of the loss has not become better for a good part of the run. That is normal late in a run and for data that is hard to predict; early on it means that the run learns little.',
    advice: () =>
      'If the evaluation stands still too, stop early or take another learning rate: higher if the loss is flat from the start, lower if it swings.',
  },
  TrainerEvalLossRising: {
    summary: (incident) => {
      const best = said(incident, 'best_loss');
      const beside = best === null ? '' : `, best ${best} at step ${stepOf(incident, 'best_loss')},`;
      return `Evaluation loss rises: ${said(incident, 'eval_loss') ?? 'higher each time'}${beside} ${where(incident)}`;
    },
    diagnosis: () =>
      'The evaluation loss rises while the training loss falls: the model learns its training data by heart, and gets worse at anything else.',
    advice: (incident) => {
      const best = stepOf(incident, 'best_loss');
      return `Use the checkpoint ${best === null ? 'of the best evaluation' : `nearest to step ${best}`}, not the last one (load_best_model_at_end). Next time: fewer epochs, a lower learning rate, more data, dropout or a smaller rank.`;
    },
  },
  TrainerRewardCollapsed: {
    summary: (incident) => {
      if (evidenceOf(incident, 'reward') !== undefined) {
        const best = said(incident, 'best_reward');
        return `Reward has fallen to ${said(incident, 'reward') ?? 'little'}${best === null ? '' : ` from ${best}`} ${where(incident)}`;
      }
      if (evidenceOf(incident, 'frac_reward_zero_std') !== undefined)
        return `All rewards of a group are equal ${where(incident)}`;
      if (evidenceOf(incident, 'kl') !== undefined) return `The policy runs away from its reference ${where(incident)}`;
      return `The rewards teach the policy nothing more ${where(incident)}`;
    },
    diagnosis: () =>
      'Training by rewards has gone wrong, which its loss cannot show: equal rewards leave no advantage to learn from; a reward that falls, a distance (kl) that leaps or an entropy near 0 mean that the policy has found a dead end.',
    advice: () =>
      'Read some completions. Equal rewards: other prompts, more generations for each, a reward with more steps. Otherwise: a lower learning rate, a larger beta, a higher temperature, and back to the checkpoint of the best reward.',
  },
} as const satisfies Readonly<Record<string, AlertText>>;

const process = {
  TrainerThroughputDropped: {
    summary: (incident) => {
      const usual = said(incident, 'usual_seconds_per_step');
      const beside = usual === null ? '' : `, usually ${usual} s,`;
      return `A step takes ${said(incident, 'seconds_per_step') ?? 'too many'} s${beside} ${where(incident)}`;
    },
    diagnosis: () =>
      'Steps take more than twice as long as they did. Something else may use the GPU or the disk, the GPU may be throttled by heat or power, or the data has become longer.',
    advice: () =>
      'Look at nvidia-smi (clocks, temperature, other processes), at the load of CPU and disk, and at the length of the samples.',
  },
  TrainerStalled: {
    summary: (incident) =>
      `No new record for ${duration(evidenceOf(incident, 'seconds_without_record') ?? 0)}, last at step ${incident.lastStep ?? 0}`,
    diagnosis: () =>
      'The log has been silent for far longer than this run usually takes between two records. The process may hang (a collective operation, a data loader, a full disk), be suspended, or have been killed without a word.',
    advice: () =>
      'Check whether the process lives and the GPU works (nvidia-smi, py-spy dump --pid), the free disk space, and the end of its console output. If it was killed, resume from the newest checkpoint.',
  },
  TrainerFailed: {
    summary: (incident) => {
      const words = incident.words === null ? '' : `: ${incident.words}`;
      return `Training ended at step ${incident.lastStep ?? 0} of ${finite(evidenceOf(incident, 'max_steps'), 'unknown')}${words}`;
    },
    diagnosis: (incident) =>
      incident.words !== null
        ? 'The console holds the error that ended the process; the line above is its last one.'
        : incident.status === 'resolved'
          ? 'The trainer stopped before its last step, and the run was taken up again later.'
          : 'The trainer wrote its closing line before its last step: it was stopped by hand, or by a callback such as early stopping.',
    advice: () => 'If nobody stopped it, read the end of the console output. Resume from the newest checkpoint.',
  },
  TrainerRestarted: {
    summary: (incident) => {
      const attempts = evidenceOf(incident, 'attempts');
      const before = said(incident, 'step_before');
      const reached = before === null ? '' : `; the one before had reached step ${before}`;
      return `${attempts === undefined ? 'A new attempt' : `Attempt ${attempts}`} began ${where(incident)}${reached}`;
    },
    diagnosis: () =>
      'The steps of the log went back: the training was resumed from a checkpoint, or started anew in the same folder.',
    advice: () =>
      'Nothing to do if somebody meant it. If nobody did, a supervisor restarts a process that fails: see why it ended.',
  },
  TrainerConfigRisk: {
    summary: (incident) => {
      const names = risksOf(incident).map((risk) => risks[risk].name);
      return `Known for trouble: ${names.length === 0 ? 'this configuration' : names.join('; ')}`;
    },
    diagnosis: (incident) =>
      ['Nothing has happened yet: the configuration itself is known for it.']
        .concat(risksOf(incident).map((risk) => risks[risk].diagnosis))
        .join(' '),
    advice: (incident) => {
      const advice = risksOf(incident).map((risk) => risks[risk].advice);
      return advice.length === 0 ? 'Read about it in the runbook before the next run.' : advice.join(' ');
    },
  },
} as const satisfies Readonly<Record<string, AlertText>>;

export const alerts: Language['alerts'] = { ...nonfinite, ...trend, ...process };
