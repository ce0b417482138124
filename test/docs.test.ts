import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ALERTS } from '../src/model/alert.ts';

it('has generated pages that say what the source says', () => {
  const { stderr, status } = spawnSync(process.execPath, ['docs/build.ts', '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('has a heading in the runbook for each alert', () => {
  const headings = readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\w+)$/gm);
  expect([...headings].map(([, name]) => name)).toEqual(expect.arrayContaining([...ALERTS]));
});
