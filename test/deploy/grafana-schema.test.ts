import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const FOLDER = 'grafana/dashboards';

/** What the compiler says of a dashboard, written down as a value of Grafana's own type. */
function typeErrors(json: string): string {
  const folder = temporaryFolder();
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'schema.ts'), readFileSync('test/deploy/grafana-schema.ts'));
  writeFileSync(
    join(folder, 'dashboard.ts'),
    `import type { CheckedDashboard } from './schema.ts';\nexport const dashboard: CheckedDashboard = ${json};\n`,
  );
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--allowImportingTsExtensions',
    '--target',
    'es2024',
  ];
  const { stdout } = spawnSync(
    'node_modules/.bin/tsc',
    [...options, '--module', 'esnext', '--moduleResolution', 'bundler', join(folder, 'dashboard.ts')],
    { encoding: 'utf8' },
  );
  return stdout;
}

it.each(readdirSync(FOLDER))("%s is of Grafana's own types", (file) => {
  expect(typeErrors(readFileSync(join(FOLDER, file), 'utf8'))).toBe('');
});

it.each([
  ['a field that Grafana does not know', '"graphMode"', '"graphMod"'],
  ['a word that is none of its choice', '"colorMode": "background"', '"colorMode": "backgrund"'],
])('finds %s', (_, right, wrong) => {
  const json = readFileSync(join(FOLDER, 'run.json'), 'utf8');
  expect(json).toContain(right);
  expect(typeErrors(json.replace(right, wrong))).toContain(wrong.replaceAll(/.*"(\w+)"$/g, '$1'));
});
