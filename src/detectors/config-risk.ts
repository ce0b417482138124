import type { Severity } from '../model/alert.ts';
import { CONFIG_RISKS } from '../model/config-risk.ts';
import type { RunContext } from '../model/context.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Verdict } from './detector.ts';

/**
 * The configuration itself is known for trouble, before there is any: see {@link CONFIG_RISKS}. It is said with the first
 * record, once, and is over when the run is.
 */
export const configRisk = detectorKind({
  alertname: 'TrainerConfigRisk',
  family: 'configuration',
  heeds: ['configuration', 'ended'],
  options: {},
  goodStepsToResolve: 0,
  create: () => new ConfigurationRisk(),
});

class ConfigurationRisk implements Detector {
  /** What was looked at. */
  #context: RunContext | null = null;
  #evidence: readonly Evidence[] = [];

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (run.ended !== null) return 'good';
    if (run.context === this.#context) return 'silent';
    this.#context = run.context;
    this.#evidence = Object.entries(CONFIG_RISKS).flatMap(([field, ask]) => {
      const value = ask(run.context);
      return value === null ? [] : [{ step: record.step, field, value }];
    });
    return this.#evidence.length > 0 ? 'bad' : 'good';
  }

  befall(_event: unknown, run: RunFacts): Verdict {
    return run.ended === null ? 'silent' : 'good';
  }

  severity(): Severity {
    return 'info';
  }

  evidence(): readonly Evidence[] {
    return this.#evidence;
  }
}
