import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALERTS } from '../src/model/alert.ts';
import { RECEIVERS, receiverOptions } from '../src/notify/index.ts';

it('has generated pages that say what the source says', () => {
  const { stderr, status } = spawnSync(process.execPath, ['docs/build.ts', '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('has a heading in the runbook for each alert', () => {
  const headings = readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\w+)$/gm);
  expect([...headings].map(([, name]) => name)).toEqual(expect.arrayContaining([...ALERTS]));
});

it('has an example of each kind of receiver that can be used as it stands', () => {
  const page = readFileSync('docs/receivers.md', 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, yaml = '']) => parse(yaml).receivers);
  const types = examples.map((example) => receiverOptions.parse(example).type);
  expect(new Set(types)).toEqual(new Set(RECEIVERS.map(({ type }) => type)));
  for (const type of types) expect(page).toContain(`## \`${type}\``);
});
