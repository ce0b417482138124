import type { RunContext } from '../model/context.ts';
import type { Settings } from './framing/document.ts';
import { countSetting, textSetting } from './setting.ts';
import { quantizationMethod, stated } from './trainer-arguments.ts';

/**
 * What a model's `config.json` states, given what the run's arguments did. With neither bf16 nor fp16 the computation is
 * in the precision of the weights. Only the key `dtype` says that: `torch_dtype`, its name before transformers 4.56, may
 * be what the checkpoint was saved in.
 */
export function contextOfModelConfig(config: Settings, precision: RunContext['precision']): RunContext {
  const half = ({ bfloat16: 'pure_bf16', float16: 'pure_fp16' } as const)[String(config.dtype)];
  const { quant_method, load_in_4bit, load_in_8bit, bits } = (config.quantization_config ?? {}) as Settings;
  return stated({
    model: textSetting(config._name_or_path),
    precision: precision === 'fp32' ? half : undefined,
    quantization_bit: load_in_4bit === true ? 4 : load_in_8bit === true ? 8 : countSetting(bits, 1),
    quantization_method: quantizationMethod(quant_method),
  });
}
