import { type DetectorKind, defaultsOf } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/index.ts';
import type { Severity } from '../model/alert.ts';

/** What the operator set for one detector: see `detectors` in the configuration. */
export interface DetectorSettings {
  readonly enabled: boolean;
  readonly severity?: Severity | undefined;
  /** Those of its kind that are not to be the default. */
  readonly options: Readonly<Record<string, number>>;
}

/** Settings by name of the detector; those that are not named run with their defaults. */
export type Settings = Readonly<Record<string, DetectorSettings | undefined>>;

/** A detector that the operator has not turned off, with all its options. */
interface Enabled {
  readonly kind: DetectorKind;
  readonly options: Readonly<Record<string, number>>;
  readonly severity: Severity | undefined;
}

/** By settings: a thousand runs share theirs. */
const known = new WeakMap<Settings, readonly Enabled[]>();

/** Detectors that are on; those that see NaN come first, since others build on what they say. */
export function enabled(settings: Settings): readonly Enabled[] {
  const kinds =
    known.get(settings) ??
    Object.entries(DETECTORS)
      .flatMap(([name, kind]): Enabled[] => {
        const set = settings[name];
        if (set?.enabled === false) return [];
        return [{ kind, options: { ...defaultsOf(kind), ...set?.options }, severity: set?.severity }];
      })
      .sort((a, b) => Number(b.kind.symptom ?? false) - Number(a.kind.symptom ?? false));
  known.set(settings, kinds);
  return kinds;
}
