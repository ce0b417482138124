import { statSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import type { CommonOptions } from './receiver.ts';

/** What a person should know about a file that holds a secret. */
export interface SecretFileProblem {
  readonly receiver: string;
  readonly option: string;
  readonly file: string;
  readonly problem: string;
}

const OTHERS_MAY_READ = 0o004;

/** Looks at the files that receivers take their secrets from: one that is missing, one that everybody may read. */
export function secretFileProblems(receivers: readonly CommonOptions[]): SecretFileProblem[] {
  return receivers.flatMap((options) =>
    Object.entries(options).flatMap(([option, file]) => {
      if (!option.endsWith('_file') || typeof file !== 'string') return [];
      const problem = problemOf(file);
      return problem === null ? [] : [{ receiver: options.name, option, file, problem }];
    }),
  );
}

function problemOf(file: string): string | null {
  try {
    return (statSync(file).mode & OTHERS_MAY_READ) === 0
      ? null
      : 'everybody on this machine may read it; chmod o-r takes that away';
  } catch (error) {
    return `cannot be read now (${errorCode(error)}); it is looked for again before each notification`;
  }
}
