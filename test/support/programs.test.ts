import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { program } from './programs.ts';

it('finds a program on the PATH', () => {
  expect(program('sh', 'dash')).toEqual({ name: 'sh', path: expect.stringMatching(/^\/.*\/sh$/), skipReason: '' });
});

it('says how to get one that is missing', () => {
  expect(program('no-such-program', 'some-package')).toEqual({
    name: 'no-such-program',
    path: null,
    skipReason: 'no-such-program is missing: apt-get install -y --no-install-recommends some-package',
  });
});

it.each([
  ['is skipped, saying the cure', undefined, 0, 'suite (no-such-program is missing: apt-get install'],
  ['fails with CI=true', 'true', 1, 'no-such-program is missing: apt-get install'],
])('a suite without its program %s', (_, ci, status, says) => {
  const folder = mkdtempSync('test/support/suite-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'missing.test.ts'),
    `import { expect, it } from 'vitest';
import { describeWith, program } from '../programs.ts';
describeWith([program('no-such-program', 'some-package')], 'suite', (path) => {
  it('runs', () => expect(path).toBe('never'));
});
`,
  );
  const { CI: _inherited, ...env } = process.env;
  const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', folder], {
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', ...(ci === undefined ? {} : { CI: ci }) },
  });
  expect(`${run.stdout}${run.stderr}`).toContain(says);
  expect(run.status).toBe(status);
});
