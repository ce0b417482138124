import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where an agent remembers what it told when it is not said: one folder for each set of watched paths, so that agents
 * for different runs do not meet, and one for the same runs finds its memory again.
 */
export function defaultStateDir(paths: readonly string[]): string {
  const base = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  const watched = [...new Set(paths.map((path) => resolve(path)))].sort();
  return join(base, 'nanwatch', createHash('sha256').update(JSON.stringify(watched)).digest('hex').slice(0, 12));
}
