import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** A program outside the project that a test runs for real. */
export interface Program {
  readonly name: string;
  readonly path: string | null;
  /** What is missing and the one command that cures it; empty when nothing is. */
  readonly skipReason: string;
}

/** The one command that brings a program: what is not in the machine's own Debian comes with a script of ours. */
const NEWER_SERVERS = 'bash test/newer-servers.sh';

/** Looks for a program that {@link NEWER_SERVERS} brings. */
export function newerProgram(name: string): Program {
  return programOf(name, NEWER_SERVERS);
}

/** Looks for a program on the PATH. */
export function program(name: string, debianPackage: string): Program {
  return programOf(name, `apt-get install -y --no-install-recommends ${debianPackage}`);
}

function programOf(name: string, cure: string): Program {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (path !== undefined) return { name, path, skipReason: '' };
  return { name, path: null, skipReason: `${name} is missing: ${cure}` };
}

/**
 * A suite that needs programs and gets their paths, in order. When one is missing the suite is skipped and its title
 * says the cure; with CI=true it fails instead, so that nothing goes untested unseen.
 */
export function describeWith(
  programs: readonly Program[],
  title: string,
  suite: (...paths: readonly string[]) => void,
): void {
  const reason = programs.flatMap(({ skipReason }) => skipReason || []).join('; ');
  const fill = () => suite(...programs.map(({ path, name }) => path ?? name));
  if (reason === '') {
    describe(title, fill);
  } else if (process.env.CI === 'true') {
    describe(title, () => {
      it('has its programs', () => {
        throw new Error(reason);
      });
    });
  } else {
    describe.skip(`${title} (${reason})`, fill);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
