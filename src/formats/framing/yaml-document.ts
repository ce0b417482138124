import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Settings } from './document.ts';

/** A configuration that a trainer wrote has none; more are an attempt to blow up. */
const MAX_ALIASES = 20;
/** The parser takes a second for a few hundred kilobytes of garbage, and all else waits. Real ones have three. */
const MAX_BYTES = 64 * 1024;

/** What every configuration in YAML is read with. */
export const YAML_DOCUMENT = { parse: parseYaml, maxBytes: MAX_BYTES, reason: 'not-yaml' } as const;

/**
 * Parses one YAML document. Tags of whoever wrote it are not run: their values come as plain text, lists and maps.
 *
 * @returns null when it holds no map
 */
function parseYaml(text: string): Settings | null {
  try {
    const document = yaml().parseDocument(text, {
      // to look for a key that stands twice takes the square of their number
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
    if (document.errors.length > 0) return null;
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : null;
  } catch {
    return null;
  }
}

// loaded with the first document: a start without one must not pay for it
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml;
}
