import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { SEVERITIES, type Severity } from '../src/model/alert.ts';
import { RUN_STATES, type RunState } from '../src/model/run-state.ts';

/** Colour of each state. */
export const STATE_COLORS: Readonly<Record<RunState, string>> = {
  running: 'green',
  stalled: 'orange',
  finished: 'blue',
  failed: 'red',
};

/** Colour of each severity. */
export const SEVERITY_COLORS: Readonly<Record<Severity, string>> = { info: 'blue', warning: 'orange', critical: 'red' };

/** Words for the numbers of `stateCode`. */
export const STATE_NAMES: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    RUN_STATES.map((text, index) => [String(index + 1), { text, color: STATE_COLORS[text], index }]),
  ),
};

/** Words for the numbers of `troubleCode`. */
export const TROUBLE_NAMES: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries([
    ['0', { text: 'none', color: 'green', index: 0 }],
    ...SEVERITIES.map((text, index) => [String(index + 1), { text, color: SEVERITY_COLORS[text], index: index + 1 }]),
  ]),
};

/** Colours for severities that stand there as words. */
export const SEVERITY_NAMES: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(Object.entries(SEVERITY_COLORS).map(([name, color]) => [name, { color }])),
};
