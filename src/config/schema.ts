import { z } from 'zod';
import type { NumberOption } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/index.ts';
import type { DetectorSettings } from '../incidents/enabled.ts';
import { SEVERITIES } from '../model/alert.ts';
import { duration } from '../model/duration.ts';
import { receiverOptions } from '../notify/index.ts';
import { LANGUAGES, type LanguageName } from '../text/index.ts';
import { address } from './address.ts';
import { runPath } from './run-path.ts';
import { SETTINGS } from './settings.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Settings of one detector: on or off, a fixed severity, and the options of its kind. */
function detectorSettings(name: string) {
  const { options, alertname } = DETECTORS[name] as (typeof DETECTORS)[string];
  return z
    .strictObject({
      enabled: z.boolean().default(true).describe('false switches the detector off'),
      severity: z.enum(SEVERITIES).optional().describe('instead of the severity that the detector finds'),
      ...Object.fromEntries(Object.entries(options).map(([option, spec]) => [option, numberOption(spec)])),
    })
    .transform(({ enabled, severity, ...options }): DetectorSettings => ({ enabled, severity, options }))
    .optional()
    .describe(`${alertname}`);
}

function numberOption({ default: normally, min, max, isInteger, says }: NumberOption) {
  const number = (isInteger ? z.int() : z.number()).min(min);
  return (max === undefined ? number : number.max(max)).default(normally).describe(says);
}

/** Everything that can be configured, with defaults. Flags, environment, file and help all follow from here. */
export const configSchema = z.strictObject({
  paths: z.array(z.string().min(1)).default([]).describe(SETTINGS.paths),
  listen: address.prefault('127.0.0.1:9909').describe(SETTINGS.listen),
  state_dir: z.string().min(1).optional().describe(SETTINGS.state_dir),
  log: z.array(runPath).default([]).describe(SETTINGS.log),
  training_args: z.array(runPath).default([]).describe(SETTINGS.training_args),
  poll: z.boolean().default(false).describe(SETTINGS.poll),
  linger: duration.prefault('0s').describe(SETTINGS.linger),
  ignore_older: duration.prefault('7d').describe(SETTINGS.ignore_older),
  external_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(SETTINGS.external_url),
  lang: z
    .enum(Object.keys(LANGUAGES) as [LanguageName, ...LanguageName[]])
    .default('en')
    .describe(SETTINGS.lang),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe(SETTINGS.log_level),
  log_format: z.enum(['json', 'pretty']).optional().describe(SETTINGS.log_format),
  labels: z
    .record(
      z.string().regex(LABEL_NAME, 'label names are letters, digits and _'),
      z.string().min(1, 'must not be empty; leave the label out instead'),
    )
    .default({})
    .describe(SETTINGS.labels),
  receivers: z.array(receiverOptions).default([]).describe(SETTINGS.receivers),
  detectors: z
    .strictObject(Object.fromEntries(Object.keys(DETECTORS).map((name) => [name, detectorSettings(name)])))
    .default({})
    .describe(SETTINGS.detectors),
});

export type Config = z.output<typeof configSchema>;
