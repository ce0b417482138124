import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, program } from '../support/programs.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { Trainer } from '../support/trainer.ts';

describe('--linger', () => {
  it('ends with the first scrape of the last values, not with one that began before, nor with HEAD', async () => {
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(10);
    const agent = await startAgent([runs, '--linger', '60s']);
    await agent.get('/metrics');
    trainer.train(5);
    agent.process.kill('SIGTERM');
    await agent.until('the rest is read', async () => (await agent.runs())[0]?.records === 15);
    await agent.get('/metrics', { method: 'HEAD' });
    await agent.get('/-/healthy');
    expect(agent.running).toBe(true);
    const text = await (await agent.get('/metrics')).text();
    expect(text).toContain('trainer_step{run="sft"} 15');
    expect(await agent.exited).toEqual({ code: 0, signal: null });
  });

  it('ends when the time is over, and says that nobody came', async () => {
    const runs = temporaryFolder();
    new Trainer(join(runs, 'sft')).train(10);
    const agent = await startAgent([runs, '--linger', '300ms']);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(agent.log.map(({ msg }) => msg)).toContain('nobody has scraped the last values');
  });

  it('does not hold up Ctrl-C', async () => {
    const runs = temporaryFolder();
    new Trainer(join(runs, 'sft')).train(10);
    const agent = await startAgent([runs, '--linger', '60s']);
    expect((await agent.stop('SIGINT')).code).toBe(0);
  });
});

describeWith([program('prometheus', 'prometheus')], 'with a real Prometheus', (path = '') => {
  it.each([
    ['its last step and its last alert are there', '30s', '40', ['TrainerLossNonFinite critical sft']],
    ['they are lost without --linger', '0s', '30', []],
  ])('a job that ends between two scrapes: %s', { timeout: 60_000 }, async (_, linger, lastStep, alerts) => {
    const runs = temporaryFolder();
    const agent = await startAgent([runs, '--linger', linger]);
    const prometheus = await startPrometheus(path, new URL(agent.url).host, undefined, '5s');
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    const step = async () => (await prometheus.query('last_over_time(trainer_step{run="sft"}[5m])'))[0];
    await prometheus.until('the run is known', async () => (await step()) === '30', 20_000);

    trainer.train(10, { loss: Number.NaN });
    expect((await agent.stop()).code).toBe(0);
    await prometheus.until(
      'the agent is gone',
      async () => (await prometheus.query('up{job="nanwatch"} == 0'))[0],
      20_000,
    );
    expect(await step()).toBe(lastStep);
    const firing = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
    expect(firing.map(({ labels }) => `${labels.alertname} ${labels.severity} ${labels.run}`)).toEqual(alerts);
  });
});
