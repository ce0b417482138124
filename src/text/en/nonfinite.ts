import type { Incident } from '../../model/incident.ts';
import { type AlertText, evidenceOf, said } from '../language.ts';
import { count, goBack, spelled, where } from './words.ts';

/** Alerts that NaN is behind. What is held of the weights is said elsewhere, after the diagnosis. */
export const nonfinite = {
  TrainerLossNonFinite: {
    summary: (incident) => {
      const loss = evidenceOf(incident, 'loss');
      const what = loss === undefined ? 'Evaluation loss' : 'Loss';
      return `${what} is ${spelled(loss ?? evidenceOf(incident, 'eval_loss'))} ${where(incident)}`;
    },
    diagnosis: () =>
      'The trainer logged a loss that is no finite number. Either the model itself gives NaN, or (with logging_nan_inf_filter: false) a single NaN entered the running sum and every later line repeats it, whatever becomes of the training.',
    advice: (incident) =>
      byWeights(incident, {
        intact: 'Training goes on; at worst the logged sum is spoilt.',
        unknown: `Look at the next evaluation loss or grad_norm. Finite: training goes on. Not finite: stop the run and ${goBack(incident)}.`,
      }) +
      ' Against more of it: bf16 instead of fp16, a lower learning rate, another attention kernel (flash_attn: disabled). While diagnosing, set logging_steps: 1.',
  },
  TrainerGradNonFinite: {
    summary: (incident) => {
      const norm = evidenceOf(incident, 'grad_norm');
      const standsIn = Number.isFinite(norm) ? ', which stands for NaN,' : '';
      return `Gradient norm is ${spelled(norm)}${standsIn} ${where(incident)}`;
    },
    diagnosis: () =>
      'A batch gave gradients that are no finite numbers. With fp16 the loss scaler skips such a step. bf16, fp32 and pure half precision have no scaler: there such gradients are applied, and what they touch is NaN.',
    advice: (incident) =>
      byWeights(incident, {
        intact: 'No need to go back.',
        unknown: `Watch whether it stays. If it does: stop, and ${goBack(incident)}.`,
      }) +
      ' Try bf16, or one of Unsloth and 4-bit quantization instead of both (quantization_bit: 8 under Unsloth loads 16 bit). A higher max_grad_norm cannot help: a clipped NaN is still NaN.',
  },
  TrainerLossZero: {
    summary: (incident) => `Loss is exactly 0 ${where(incident)}`,
    diagnosis: () =>
      "Such a loss is not honest. Hugging Face's Trainer leaves NaN losses out of the mean that it logs, so a logging window in which every loss was NaN reads 0.0: this is most likely NaN in disguise. From the very first step it may also mean that all labels are masked.",
    advice: (incident) =>
      byWeights(incident, {
        intact: 'No need to go back.',
        unknown: `See whether the loss comes back. If it does not: stop, and ${goBack(incident)}.`,
      }) +
      ' Try bf16 instead of fp16; with Unsloth and 4-bit quantization both on, keep only one of them; logging_steps: 1 and logging_nan_inf_filter: false show the NaN itself. Zero from the first step: check the template and cutoff_len, and flash_attn: disabled.',
  },
  TrainerLossMasked: {
    summary: (incident) => {
      const expected = said(incident, 'expected_loss');
      const instead = expected === null ? '' : ` (about ${expected} was expected)`;
      return `Loss ${said(incident, 'loss') ?? 'of the log'}${instead} is what hidden NaN left of it, ${where(incident)}`;
    },
    diagnosis: (incident) => {
      const bad = evidenceOf(incident, 'nonfinite_micro_batches');
      const of = evidenceOf(incident, 'micro_batches');
      const part =
        bad === undefined || of === undefined
          ? ''
          : ` The number fits: ${bad} of the ${of} micro-batches of that window ${bad === 1 ? 'was' : 'were'} not finite.`;
      return `This is neither a spike nor progress. Hugging Face's Trainer leaves a micro-batch whose loss is NaN out of the logged mean and adds the sum so far, over the steps done, in its place: that dilutes the loss or inflates it, thousandfold at worst.${part}`;
    },
    advice: (incident) =>
      byWeights(incident, {
        intact: 'The number can be ignored, its cause cannot.',
        unknown: `Watch the next records. If the loss falls to 0 and stays there: stop, and ${goBack(incident)}.`,
      }) +
      ' logging_steps: 1 and logging_nan_inf_filter: false show the NaN itself. Against it: bf16 instead of fp16, only one of Unsloth and 4-bit quantization, another attention kernel.',
  },
  TrainerStepsSkipped: {
    summary: (incident) => {
      const skipped = evidenceOf(incident, 'skipped_steps');
      const of = evidenceOf(incident, 'of_steps');
      return skipped === undefined || of === undefined
        ? `Optimizer steps did not happen ${where(incident)}`
        : `${count(skipped, 'optimizer step', 'optimizer steps')} of ${of} did not happen, ${where(incident)}`;
    },
    diagnosis: ({ severity }) =>
      severity === 'critical'
        ? 'The learning rate stands still: the scheduler advances only with steps that were applied, and none is. The run learns nothing.'
        : 'The learning rate lags behind its schedule: the scheduler advances only with steps that were applied. With fp16 the loss scaler skips a step whose gradients overflow; one in a thousand is normal, so many are not.',
    advice: () =>
      'Use bf16 where the GPU has it. Else a lower learning rate, adapters in fp32, or fp32 altogether. If no step is applied any more, stop: the time is wasted.',
  },
  TrainerWeightsLost: {
    summary: (incident) =>
      `The weights ${incident.status === 'resolved' ? 'were held to be' : 'are'} NaN ${where(incident)}`,
    diagnosis: (incident) =>
      incident.status === 'resolved'
        ? 'Finite numbers have come since: the run was taken up from a checkpoint, or its weights were alive after all.'
        : `A model whose weights are NaN gives NaN for every batch, logged as NaN or as 0. It will not recover.`,
    advice: (incident) =>
      `Stop the run if it still goes on, and ${goBack(incident)}${incident.rollbackCheckpoint === null ? '; without one, begin anew' : ''}. Before that, change what led there: a lower learning rate with a longer warm-up, mixed instead of pure half precision, flash_attn: disabled; under DeepSpeed overlap_comm: false.`,
  },
} as const satisfies Readonly<Record<string, AlertText>>;

function byWeights(incident: Incident, say: Readonly<Record<'intact' | 'unknown', string>>): string {
  return incident.weights === 'lost' ? `Stop the run and ${goBack(incident)}.` : say[incident.weights];
}
