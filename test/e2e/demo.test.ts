import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { startDemo } from '../support/demo.ts';

it('the demo says where to look, shows alerts as they come, and ends on Ctrl-C without a trace', async () => {
  const stages = () => readdirSync(tmpdir()).filter((name) => name.startsWith('nanwatch-replay-'));
  const before = new Set(stages());
  const demo = await startDemo();
  await demo.until('it says where to look', () => demo.stdout.includes(`${demo.url}/metrics`));
  expect(demo.stdout).toContain(`${demo.url}/\n`);
  expect(demo.stdout).toContain(`${demo.url}/api/v1/runs`);
  await demo.until('the page is there', async () => (await fetch(demo.url)).ok);
  await demo.until(
    'an alert is shown',
    () => /critical +TrainerGradNonFinite +llama-fp16-intermittent-nan/.test(demo.stdout),
    15_000,
  );
  await demo.until('its end is shown', () => /resolved +TrainerGradNonFinite/.test(demo.stdout), 15_000);
  expect(demo.stdout).toMatch(/Gradient norm is NaN in 3 records, steps 61 to 63/);
  expect(demo.stdout).not.toContain('llama-bf16-healthy');
  expect(await demo.stop('SIGINT')).toEqual({ code: 0, signal: null });
  expect(demo.stderr).toBe('');
  expect(stages().filter((name) => !before.has(name))).toEqual([]);
});
