import type { RunContext } from '../model/context.ts';
import type { Settings } from './framing/document.ts';
import { countSetting, textSetting } from './setting.ts';
import { quantizationMethod, stated } from './trainer-arguments.ts';

const PRECISION = { bfloat16: 'pure_bf16', float16: 'pure_fp16', float32: 'fp32' } as const;

/**
 * What a model's `config.json` states. With neither bf16 nor fp16 the computation is in the precision of the weights. Only the key `dtype` says that: `torch_dtype`, its name before transformers 4.56, may
 * be what the checkpoint was saved in.
 *
 * @param unmixed whether the arguments of the run say that there is neither
 */
export function contextOfModelConfig(config: Settings, unmixed: boolean): RunContext {
  const { quant_method, load_in_4bit, load_in_8bit, bits } = (config.quantization_config ?? {}) as Settings;
  return stated({
    model: textSetting(config._name_or_path),
    precision: unmixed ? PRECISION[String(config.dtype) as keyof typeof PRECISION] : undefined,
    quantization_bit: load_in_4bit === true ? 4 : load_in_8bit === true ? 8 : countSetting(bits, 1),
    quantization_method: quantizationMethod(quant_method),
  });
}
