import { expect, it } from 'vitest';
import { failure } from '../../../src/tail/standing.ts';

/** As Node makes it; some of these come from network file systems only. */
function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: no words, ${syscall}`), { code, syscall });
}

it.each(['stat', 'open', 'read', 'fstat', 'scandir'])(
  'a %s that fails may be tried again, whatever the reason',
  (call) => {
    for (const code of ['EIO', 'ESTALE', 'EMFILE', 'ENFILE', 'EACCES', 'ENOTCONN', 'ETIMEDOUT', 'EHOSTDOWN']) {
      expect(failure(systemError(code, call))).toEqual({ kind: 'error', reason: code });
    }
  },
);

it.each(['ENOENT', 'ENOTDIR'])('%s says that there is nothing of this name', (code) => {
  expect(failure(systemError(code, 'stat'))).toEqual({ kind: 'missing' });
});

it('is not for errors in which the file system has no part', () => {
  const error = new TypeError('of our own');
  expect(() => failure(error)).toThrow(error);
});
