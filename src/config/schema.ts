import { z } from 'zod';
import { DETECTORS } from '../detectors/index.ts';
import type { DetectorSettings } from '../incidents/enabled.ts';
import { SEVERITIES } from '../model/alert.ts';
import { duration } from '../model/duration.ts';
import { receiverOptions } from '../notify/index.ts';
import { LANGUAGES, type LanguageName } from '../text/index.ts';
import { address } from './address.ts';
import { runPath } from './run-path.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Settings of one detector: on or off, a fixed severity, and the options of its kind. */
function detectorSettings(name: string) {
  const { options, alertname } = DETECTORS[name] as (typeof DETECTORS)[string];
  return z
    .strictObject({
      enabled: z.boolean().default(true).describe('false switches the detector off'),
      severity: z.enum(SEVERITIES).optional().describe('instead of the severity that the detector finds'),
      ...options.shape,
    })
    .transform(({ enabled, severity, ...rest }): DetectorSettings => ({ enabled, severity, options: rest }))
    .optional()
    .describe(`${alertname}`);
}

/** Everything that can be configured, with defaults. Flags, environment, file and help all follow from here. */
export const configSchema = z.strictObject({
  paths: z.array(z.string().min(1)).default([]).describe('runs to watch: files, run folders, or folders of such'),
  listen: address.prefault('127.0.0.1:9909').describe('address of metrics, API and page'),
  state_dir: z.string().min(1).optional().describe('folder that remembers what was told to whom'),
  log: z
    .array(runPath)
    .default([])
    .describe('RUN=PATH: console output of a run that lies outside its folder, with its rotated pieces'),
  training_args: z
    .array(runPath)
    .default([])
    .describe('RUN=PATH: YAML with the arguments that a run was started with, where none lies in its folder'),
  poll: z.boolean().default(false).describe('look four times a second instead of waiting for file events'),
  linger: duration
    .prefault('0s')
    .describe('after SIGTERM, go on serving until /metrics was scraped once more, for at most so long'),
  ignore_older: duration.prefault('7d').describe('leave runs alone that have been idle for longer'),
  external_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where people reach the agent; for links in alerts'),
  lang: z
    .enum(Object.keys(LANGUAGES) as [LanguageName, ...LanguageName[]])
    .default('en')
    .describe('language of alerts and reports'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least level that is logged'),
  log_format: z.enum(['json', 'pretty']).optional().describe('pretty on a terminal, else json'),
  labels: z
    .record(
      z.string().regex(LABEL_NAME, 'label names are letters, digits and _'),
      z.string().min(1, 'must not be empty; leave the label out instead'),
    )
    .default({})
    .describe('labels that every alert gets'),
  receivers: z.array(receiverOptions).default([]).describe('who is told'),
  detectors: z
    .strictObject(Object.fromEntries(Object.keys(DETECTORS).map((name) => [name, detectorSettings(name)])))
    .default({})
    .describe('settings by detector'),
});

export type Config = z.output<typeof configSchema>;
