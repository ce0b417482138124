import type { Config } from './schema.ts';

/** Every setting and what it is for, without the schema: commands must start fast, and most need no more than this. */
export const SETTINGS = {
  paths: 'runs to watch: files, run folders, or folders of such',
  listen: 'address of metrics, API and page',
  state_dir: 'folder that remembers what was told to whom',
  log: 'RUN=PATH: console output of a run that lies outside its folder, with its rotated pieces',
  training_args: 'RUN=PATH: YAML with the arguments that a run was started with, where none lies in its folder',
  poll: 'look four times a second instead of waiting for file events',
  linger: 'after SIGTERM, go on serving until /metrics was scraped once more, for at most so long',
  ignore_older: 'leave runs alone that have been idle for longer',
  external_url: 'where people reach the agent; for links in alerts',
  lang: 'language of alerts and reports',
  log_level: 'least level that is logged',
  log_format: 'pretty on a terminal, else json',
  labels: 'labels that every alert gets',
  receivers: 'who is told',
  detectors: 'settings by detector',
} as const;

/** What the schema makes of an empty file. */
export const DEFAULTS: Config = {
  paths: [],
  listen: { host: '127.0.0.1', port: 9909 },
  log: [],
  training_args: [],
  poll: false,
  linger: 0,
  ignore_older: 7 * 24 * 3_600_000,
  lang: 'en',
  log_level: 'info',
  labels: {},
  receivers: [],
  detectors: {},
};
