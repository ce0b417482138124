import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { receiverOptions } from '../../../src/notify/index.ts';
import { secretFileProblems } from '../../../src/notify/secret-files.ts';
import { temporaryFolder } from './support.ts';

test('tells of secrets that everybody may read, and of those that are not there', () => {
  const folder = temporaryFolder();
  const [open, closed, none] = ['open', 'closed', 'none'].map((name) => join(folder, name)) as [string, string, string];
  for (const file of [open, closed]) writeFileSync(file, 'http://PLANTED');
  chmodSync(open, 0o644);
  chmodSync(closed, 0o640);
  const receivers = [
    { type: 'webhook', url_file: open, secret_file: closed },
    { type: 'slack', url_file: none },
    { type: 'discord', url: 'http://PLANTED' },
  ].map((options) => receiverOptions.parse(options));
  const problems = secretFileProblems(receivers);
  expect(problems).toEqual([
    { receiver: 'webhook', option: 'url_file', file: open, problem: expect.stringMatching(/everybody.*chmod o-r/) },
    { receiver: 'slack', option: 'url_file', file: none, problem: expect.stringMatching(/ENOENT/) },
  ]);
  expect(JSON.stringify(problems)).not.toContain('PLANTED');
});
