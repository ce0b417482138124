import type { RunContext } from '../model/context.ts';
import type { Format } from './format.ts';
import { type DocumentFormat, DocumentReader, type Settings } from './framing/document.ts';
import { parseJsonLine } from './framing/json-line.ts';
import { textSetting } from './setting.ts';
import { stated } from './trainer-arguments.ts';

const DOCUMENT: DocumentFormat = {
  parse: parseJsonLine,
  maxBytes: 1024 * 1024,
  reason: 'not-json',
  contextOf: contextOfAdapter,
};

/** `adapter_config.json`: PEFT writes it beside an adapter when that is saved, at the end of training. */
export const adapterConfig: Format = {
  name: 'adapter-config',
  kind: 'configuration',
  rewritten: true,
  digits: 17,
  keepsSteps: false,
  settlesAtEnd: true,
  matches: (fileName) => fileName === 'adapter_config.json',
  open: (sink) => new DocumentReader(sink, DOCUMENT),
};

/** The base model and the kind of adapter. */
function contextOfAdapter(settings: Settings): RunContext {
  return stated({
    model: textSetting(settings.base_model_name_or_path),
    finetuning_type: textSetting(settings.peft_type)?.toLowerCase(),
  });
}
