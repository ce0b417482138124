import type { IncidentView } from '../../src/view/wire.ts';

/** An alert on a faulty run that the run's label does not tell of, and what its log says when a person reads it. */
interface Reading {
  readonly run: string;
  readonly alertname: string;
  readonly firstStep: number;
  readonly why: string;
}

const READINGS: readonly Reading[] = [
  {
    run: 'trainer_state-ByErenOzer+Whisper_Finetune',
    alertname: 'TrainerFailed',
    firstStep: 1500,
    why: 'it ended at step 1500 of 10,990, and its closing record is there: stopped early',
  },
  {
    run: 'trainer_state-ShivamGoyal03+MediMind__results__checkpoint-2300',
    alertname: 'TrainerEvalLossRising',
    firstStep: 400,
    why: 'all 20 evaluations from step 400 on lie above the best, 9.71, most of them by a tenth; the training loss falls',
  },
  {
    run: 'trainer_state-keanuspies+lyric-generator-llm__outputs__checkpoint-3000',
    alertname: 'TrainerLossDiverging',
    firstStep: 86,
    why: 'the median loss of 100 steps goes from 8.0 to 16.7, and comes back two hundred steps later',
  },
  {
    run: 'trainer_state-keanuspies+lyric-generator-llm__outputs__checkpoint-3000',
    alertname: 'TrainerLossDiverging',
    firstStep: 2436,
    why: 'eleven losses well above the best, 60 steps before a climb from 6 to 19 that the label lets begin at step 2700',
  },
];

/** What a person found who read the log; null where nobody has. */
export function readByHand(run: string, one: IncidentView): string | null {
  const isThat = (reading: Reading) =>
    reading.run === run && reading.alertname === one.alertname && reading.firstStep === one.first_step;
  return READINGS.find(isThat)?.why ?? null;
}
