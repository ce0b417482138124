import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../fixtures/formats', import.meta.url));

/** The bytes of a file that a real run left, by the beginning of its name, at any depth of the run's folder. */
export function fixture(run: string, name: string): Buffer {
  const folder = join(FOLDER, run);
  const path = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((one) => basename(one).startsWith(name));
  if (path === undefined) throw new Error(`no ${name} in ${folder}`);
  return readFileSync(join(folder, path));
}
