import type { Incident } from '../model/incident.ts';
import { explainEn } from './explain.en.ts';
import { knowledgeEn } from './knowledge.en.ts';
import { evidenceOf, type Language } from './language.ts';
import { weightsEn } from './weights.en.ts';

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} days`;
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** `at step 61` or `in 9 records, steps 61 to 201`. */
function where({ firstStep, lastStep, occurrences }: Incident): string {
  if (firstStep === null) return `in ${count(occurrences, 'record', 'records')}`;
  if (occurrences === 1 || firstStep === lastStep) return `at step ${firstStep}`;
  return `in ${count(occurrences, 'record', 'records')}, steps ${firstStep} to ${lastStep}`;
}

/** The newest value that was bad. */
function spelled(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : 'infinite';
}

function finite(value: number | undefined, otherwise: string): string {
  return value === undefined || Number.isNaN(value) ? otherwise : String(value);
}

function before({ firstStep }: Incident): string {
  return firstStep === null ? 'before the trouble began' : `before step ${firstStep}`;
}

export const en: Language = {
  alerts: new Proxy({
    TrainerLossNonFinite: {
      summary: (incident) => {
        const loss = evidenceOf(incident, 'loss');
        const what = loss === undefined ? 'Evaluation loss' : 'Loss';
        return `${what} is ${spelled(loss ?? evidenceOf(incident, 'eval_loss'))} ${where(incident)}`;
      },
      diagnosis: () =>
        'The trainer logged a loss that is no finite number. Either the weights have become NaN, or (with logging_nan_inf_filter: false) a single NaN entered the running sum and every later line repeats it. A finite grad_norm or evaluation loss after it proves that the weights are alive.',
      advice: (incident) =>
        `Look at the next evaluation loss or grad_norm. Finite: training goes on, only the logged sum is spoilt. Not finite: stop the run, every further hour is lost, and go back to a checkpoint from ${before(incident)}. Then try bf16 instead of fp16, a lower learning rate, and another attention kernel (flash_attn: disabled); while diagnosing, set logging_steps: 1.`,
    },
    TrainerGradNonFinite: {
      summary: (incident) => {
        const norm = evidenceOf(incident, 'grad_norm');
        const standsIn = Number.isFinite(norm) ? ', which stands for NaN,' : '';
        return `Gradient norm is ${spelled(norm)}${standsIn} ${where(incident)}`;
      },
      diagnosis: () =>
        'With fp16 the loss scaler skips such a step and the weights stay as they were. bf16 and fp32 have no scaler: one NaN gradient that is applied makes the weights NaN for good. A later finite grad_norm, or a plausible loss, proves that they are alive.',
      advice: (incident) =>
        `If it comes and goes in fp16: try bf16, or one of Unsloth and 4-bit quantization instead of both (quantization_bit: 8 under Unsloth loads 16 bit). If it stays: stop, and go back to a checkpoint from ${before(incident)}. A higher max_grad_norm cannot help: a clipped NaN is still NaN.`,
    },
    TrainerLossZero: {
      summary: (incident) => `Loss is exactly 0 ${where(incident)}`,
      diagnosis: () =>
        "Such a loss is not honest. Hugging Face's Trainer leaves NaN losses out of the mean that it logs, so a logging window in which every loss was NaN reads 0.0: this is most likely NaN in disguise. If it comes back to its old height, steps were skipped and the weights are alive; if it stays at 0, they are probably lost. From the very first step it may also mean that all labels are masked.",
      advice: (incident) =>
        `See whether the loss comes back. If not, stop and go back to a checkpoint from ${before(incident)}. Try bf16 instead of fp16; with Unsloth and 4-bit quantization both on, keep only one of them; set logging_steps: 1 and logging_nan_inf_filter: false to see the NaN itself. Zero from the first step: check the template and cutoff_len, and flash_attn: disabled.`,
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
  } satisfies Partial<Language['alerts']>, { get: (t, k) => (t as any)[k] ?? { summary: () => String(k), diagnosis: () => '', advice: () => '' } }) as unknown as Language['alerts'],
  knowledge: knowledgeEn,
  weights: weightsEn,
  explain: explainEn,
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
