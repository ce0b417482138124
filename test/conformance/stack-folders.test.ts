import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RunContext } from '../../src/model/context.ts';
import { readCold } from '../support/cold.ts';
import { runsUnder } from './recorded.ts';

/** Folders of whole run folders with their labels; see `recorded.test.ts` for the variable. */
const ROOTS = ['test/fixtures/folders', ...(process.env.NANWATCH_RUNS?.split(':') ?? [])];

interface Label {
  readonly run: string;
  readonly stack: string;
  readonly healthy: boolean;
  readonly expected: readonly { readonly kind: string; readonly last_step: number }[];
}

const ALERTS: Readonly<Record<string, string>> = {
  nan_loss: 'TrainerLossNonFinite',
  nan_grad_norm: 'TrainerGradNonFinite',
  zero_loss: 'TrainerLossZero',
  interrupted: 'TrainerFailed',
  crashed: 'TrainerFailed',
};

/** Keys of the file with which LLaMA-Factory is started, and what they are called here. */
const CONFIGURED = [
  ['model_name_or_path', 'model'],
  ['stage', 'stage'],
  ['finetuning_type', 'finetuning_type'],
  ['learning_rate', 'learning_rate'],
  ['lr_scheduler_type', 'lr_scheduler_type'],
  ['warmup_steps', 'warmup_steps'],
  ['gradient_accumulation_steps', 'gradient_accumulation_steps'],
  ['logging_steps', 'logging_steps'],
  ['save_steps', 'save_steps'],
  ['logging_nan_inf_filter', 'logging_nan_inf_filter'],
] as const satisfies readonly (readonly [string, keyof RunContext])[];

/** Labels of this kind for the runs under `root`. */
function labelled(root: string) {
  const present = new Set(runsUnder(resolve(root)));
  return readLabels(resolve(root)).filter(({ run }) => present.has(run));
}

describe.each(ROOTS.filter((root) => labelled(root).length > 0))('the run folders of %s', (root) => {
  const labels = labelled(root);

  it.each(labels.map((label) => [label.run, label] as const))('%s is what its label says', async (name, label) => {
    const folder = join(resolve(root), name);
    const { run, incidents, context } = (await readCold(folder)).run(name);
    const kinds = label.expected.map(({ kind }) => kind);
    const alerts = new Set(kinds.flatMap((kind) => ALERTS[kind] ?? []));
    // the v1 stack logs a NaN norm with each NaN loss
    if (label.stack.includes(' v1 ') && kinds.includes('nan_loss')) alerts.add('TrainerGradNonFinite');
    expect({
      state: run.state(run.lastRecordMs ?? 0),
      attempts: run.attempts,
      lastStep: run.lastStep,
      alerts: [...new Set(incidents.filter(({ severity }) => severity !== 'info').map((one) => one.alertname))].sort(),
    }).toEqual({
      state: kinds.includes('finished') ? 'finished' : alerts.has('TrainerFailed') ? 'failed' : 'running',
      attempts: 1 + kinds.filter((kind) => kind === 'resumed' || kind === 'restarted').length,
      lastStep: label.expected.at(-1)?.last_step,
      alerts: [...alerts].sort(),
    });
    expectContext(context, join(folder, 'train.yaml'));
  });
});

/** What is known of the configuration is what the file says with which the trainer was started. */
function expectContext(context: RunContext, file: string): void {
  if (!existsSync(file)) return;
  const started = parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const isClassic = started.stage !== undefined;
  expect(context.trainer).toBe(isClassic ? 'llamafactory' : 'llamafactory-v1');
  if (!isClassic) return;
  for (const [from, key] of CONFIGURED) {
    const known = context[key];
    if (known !== undefined && started[from] !== undefined) expect([key, known]).toEqual([key, started[from]]);
  }
  expect(context.model).toBe(started.model_name_or_path);
}

function readLabels(folder: string): Label[] {
  const file = join(folder, 'labels.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Label).filter(({ expected }) => expected !== undefined);
}
