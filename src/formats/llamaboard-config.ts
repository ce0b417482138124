import type { RunContext } from '../model/context.ts';
import type { Format } from './format.ts';
import { type DocumentFormat, DocumentReader, type Settings } from './framing/document.ts';
import { parseJsonLine } from './framing/json-line.ts';
import { YAML_DOCUMENT } from './framing/yaml-document.ts';
import { countSetting, textSetting } from './setting.ts';
import { contextOfArguments, mayBeQuantized, quantizationOf, stated } from './trainer-arguments.ts';

const DOCUMENT: DocumentFormat = { ...YAML_DOCUMENT, contextOf: contextOfLlamaBoard };

/** `llamaboard_config.yaml`: the state of LLaMA Board's form, one flat key for each of its fields. */
export const llamaboardConfig: Format = {
  name: 'llamaboard-config',
  kind: 'configuration',
  rewritten: true,
  digits: 17,
  keepsSteps: false,
  settlesAtEnd: true,
  matches: (fileName) => fileName === 'llamaboard_config.yaml',
  open: (sink) => new DocumentReader(sink, DOCUMENT),
};

/** The form's words, and what LLaMA-Factory calls them. */
const STAGES: Readonly<Record<string, string>> = {
  'Supervised Fine-Tuning': 'sft',
  'Reward Modeling': 'rm',
  'Pre-Training': 'pt',
  PPO: 'ppo',
  DPO: 'dpo',
  KTO: 'kto',
  ORPO: 'orpo',
};

const COMPUTE_TYPES: readonly RunContext['precision'][] = ['bf16', 'fp16', 'fp32', 'pure_bf16'];

/** The form is written whole: a field that is absent did not exist in that version, and says nothing. */
function contextOfLlamaBoard(settings: Settings): RunContext {
  const form = (name: string) => settings[name];
  const model = textSetting(form('top.model_name'));
  const quantization = quantizationOf(form('top.quantization_bit'), form('top.quantization_method'));
  const context = contextOfArguments({
    // the path of a custom model is not kept in the form
    model_name_or_path: model === 'Custom' ? undefined : model,
    stage: STAGES[textSetting(form('train.training_stage')) ?? ''],
    finetuning_type: form('top.finetuning_type'),
    learning_rate: form('train.learning_rate'),
    lr_scheduler_type: form('train.lr_scheduler_type'),
    warmup_steps: form('train.warmup_steps'),
    gradient_accumulation_steps: form('train.gradient_accumulation_steps'),
    logging_steps: form('train.logging_steps'),
    save_steps: form('train.save_steps'),
    max_grad_norm: form('train.max_grad_norm'),
    optim: form('train.optim'),
  });
  return {
    ...context,
    ...stated({
      ...(quantization.quantization_bit === 0 && mayBeQuantized(model) ? {} : quantization),
      ...boosterOf(form('top.booster')),
      precision: COMPUTE_TYPES.find((type) => type === form('train.compute_type')),
      deepspeed_stage: zeroStage(form('train.ds_stage')),
    }),
    ...extraArguments(form('train.extra_args')),
    ...(Object.keys(settings).some((key) => key.startsWith('top.')) && { trainer: 'llamafactory' }),
  };
}

function boosterOf(value: unknown): Pick<RunContext, 'unsloth' | 'liger_kernel' | 'flash_attn'> {
  const booster = textSetting(value);
  if (booster === undefined) return {};
  return {
    unsloth: booster === 'unsloth',
    liger_kernel: booster === 'liger_kernel',
    flash_attn: booster.startsWith('flashattn') ? 'fa2' : 'auto',
  };
}

function zeroStage(value: unknown): number | undefined {
  const stage = textSetting(value) === 'none' ? 0 : countSetting(value, 0);
  return stage !== undefined && stage <= 3 ? stage : undefined;
}

/** Further arguments, as JSON in one field. They stand above the form's. */
function extraArguments(value: unknown): RunContext {
  const settings = typeof value === 'string' ? parseJsonLine(value) : null;
  return settings === null ? {} : contextOfArguments(settings);
}
