import type { RunContext } from '../model/context.ts';
import type { Format } from './format.ts';
import { type DocumentFormat, DocumentReader, type Settings } from './framing/document.ts';
import { YAML_DOCUMENT } from './framing/yaml-document.ts';
import { contextOfArguments, mayBeQuantized } from './trainer-arguments.ts';

const DOCUMENT: DocumentFormat = { ...YAML_DOCUMENT, contextOf: contextOfTrainingArgs };

/** `training_args.yaml`: the arguments with which LLaMA Board starts LLaMA-Factory. */
export const trainingArgs: Format = {
  name: 'training-args',
  kind: 'configuration',
  rewritten: true,
  digits: 17,
  keepsSteps: false,
  settlesAtEnd: true,
  matches: (fileName) => fileName === 'training_args.yaml',
  open: (sink) => new DocumentReader(sink, DOCUMENT),
};

/** LLaMA Board leaves out what is false or empty: there, an absent argument is off. */
function contextOfTrainingArgs(settings: Settings): RunContext {
  const context = contextOfArguments(settings);
  // another program's file of this name may leave out what is at its default
  if (context.finetuning_type === undefined) return context;
  const isAbsent = (...names: string[]) => names.every((name) => settings[name] == null);
  return {
    ...(isAbsent('quantization_bit') && !mayBeQuantized(context.model) && { quantization_bit: 0 }),
    ...(isAbsent('use_unsloth') && { unsloth: false }),
    ...(isAbsent('enable_liger_kernel', 'use_liger_kernel') && { liger_kernel: false }),
    ...(isAbsent('deepspeed') && { deepspeed_stage: 0 }),
    ...context,
    trainer: 'llamafactory',
  };
}
