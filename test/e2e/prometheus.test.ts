import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAgent } from '../support/agent.ts';
import { startAlertmanager } from '../support/alertmanager.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, program } from '../support/programs.ts';
import { checkMetrics, startPrometheus } from '../support/prometheus.ts';
import { type Delivery, startReceiver } from '../support/receiver.ts';
import { RECORDED, recordedLines, Trainer } from '../support/trainer.ts';

const DEBIAN = [
  program('prometheus', 'prometheus'),
  program('promtool', 'prometheus'),
  program('prometheus-alertmanager', 'prometheus-alertmanager'),
];
const RECORDED_RUN = 'llama-fp16-intermittent-nan';
const NAME = 'qwen2.5-7b/医疗 "问答"/sft';

function hostOf(url: string): string {
  return new URL(url).host;
}

/** The names and JSON types of a value, at every level; of maps of labels only that they hold strings. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf).slice(0, 1);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, inner]) => [
        key,
        /labels|annotations/i.test(key) ? [...new Set(Object.values(inner).map(shapeOf))] : shapeOf(inner),
      ]),
  );
}

function firing(alertname: string) {
  return ({ body }: Delivery) =>
    body.alerts.some(({ labels, status }) => labels.alertname === alertname && status === 'firing');
}

describeWith(DEBIAN, 'with a real Prometheus', (prometheusPath, promtool, alertmanagerPath) => {
  it('a run that is trained again arrives, NaN as NaN', async () => {
    const runs = temporaryFolder();
    const agent = await startAgent([runs]);
    const prometheus = await startPrometheus(String(prometheusPath), hostOf(agent.url));
    await prometheus.scraped();
    const trainer = new Trainer(join(runs, RECORDED_RUN));
    const lines = recordedLines(RECORDED_RUN);
    const bad = lines.findIndex((line) => line.includes('NaN')) + 1;
    const query = (metric: string, labels: string) => prometheus.query(`${metric}{run="${RECORDED_RUN}"${labels}}`);

    trainer.write(...lines.slice(0, bad));
    await prometheus.until('the norm is NaN', async () => (await query('trainer_grad_norm', ''))[0] === 'NaN');
    expect(await query('trainer_value_finite', ',field="grad_norm"')).toEqual(['0']);
    expect(await query('trainer_value_finite', ',field="loss"')).toEqual(['1']);
    expect(await query('trainer_loss', '')).toEqual(['0']);
    expect(await query('trainer_nonfinite_total', ',field="grad_norm",kind="nan"')).toEqual(['1']);

    trainer.write(...lines.slice(bad));
    await prometheus.until('the end', async () => (await query('trainer_step', ''))[0] === String(lines.length));
    expect(await query('trainer_nonfinite_total', ',field="grad_norm",kind="nan"')).toEqual(['9']);
    expect(await query('trainer_value_finite', ',field="grad_norm"')).toEqual(['1']);
    expect(await query('trainer_run_state', ',state="finished"')).toEqual(['1']);

    const plain = new Trainer(join(runs, NAME));
    plain.train(2);
    plain.train(1, { loss: Number.NaN });
    const loss = 'trainer_loss{run=~"qwen.*"}';
    await prometheus.until('the loss is NaN', async () => (await prometheus.query(loss))[0] === 'NaN');
    expect(await prometheus.query(`trainer_loss{run=${JSON.stringify(NAME)}}`)).toEqual(['NaN']);
    expect(await prometheus.query('trainer_value_finite{run=~"qwen.*",field="loss"}')).toEqual(['0']);
    expect(await prometheus.query('scrape_samples_scraped{job="nanwatch"} > 50')).toHaveLength(1);
  });

  it('promtool has nothing to say about /metrics', async () => {
    const agent = await startAgent([RECORDED]);
    const text = await (await agent.get('/metrics')).text();
    expect(text).toContain('trainer_loss{');
    expect(checkMetrics(String(promtool), text)).toEqual({ says: '', code: 0 });
    // it can tell
    expect(checkMetrics(String(promtool), 'a_total 1\na_total 2\n').code).not.toBe(0);
  });

  it('its rules fire, and what Alertmanager sends has the shape of what the agent sends', async () => {
    const [ours, theirs] = [await startReceiver(), await startReceiver()];
    const runs = temporaryFolder();
    const agent = await startAgent([runs, '--webhook', ours.url]);
    const alertmanager = await startAlertmanager(String(alertmanagerPath), theirs.url);
    const prometheus = await startPrometheus(String(prometheusPath), hostOf(agent.url), alertmanager.address);
    const trainer = new Trainer(join(runs, NAME));
    trainer.train(60, { grad_norm: 0.7 });
    await prometheus.scraped();
    await prometheus.until('the run is known', async () => (await prometheus.query('trainer_step'))[0] === '60');
    trainer.train(5, { loss: Number.NaN, grad_norm: Number.NaN });

    await prometheus.until(
      'the rules fire',
      async () => {
        const found = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
        const names = found.map(({ labels }) => `${labels.alertname} ${labels.run} ${labels.severity}`);
        return ['TrainerLossNonFinite', 'TrainerGradNonFinite'].every((name) =>
          names.includes(`${name} ${NAME} critical`),
        );
      },
      20_000,
    );
    const [mine, its] = await Promise.all([
      ours.next('it', firing('TrainerLossNonFinite')),
      theirs.next('it', firing('TrainerLossNonFinite'), 20_000),
    ]);
    expect(shapeOf(its.body)).toEqual(shapeOf(mine.body));
    expect(its.headers['content-type']).toBe(mine.headers['content-type']);
    expect({ version: its.body.version, groupLabels: its.body.groupLabels }).toEqual({
      version: mine.body.version,
      groupLabels: mine.body.groupLabels,
    });
    expect(its.body.alerts[0]?.endsAt).toBe(mine.body.alerts[0]?.endsAt);
    expect(its.body.groupKey).toBe(mine.body.groupKey);
    // one trouble, one set of labels, one fingerprint: whoever saw it
    expect(its.body.alerts[0]?.labels).toEqual(mine.body.alerts[0]?.labels);
    expect(its.body.alerts[0]?.fingerprint).toBe(mine.body.alerts[0]?.fingerprint);
  });

  it('what the agent sends goes through Alertmanager unchanged, fingerprint and all', async () => {
    const [ours, theirs] = [await startReceiver(), await startReceiver()];
    const runs = temporaryFolder();
    const config = join(temporaryFolder(), 'nanwatch.yaml');
    writeFileSync(config, 'labels: {team: 医疗 "A", Zone: b, a: c}\n');
    const agent = await startAgent([runs, '--webhook', ours.url, '--config', config]);
    const alertmanager = await startAlertmanager(String(alertmanagerPath), theirs.url);
    const trainer = new Trainer(join(runs, NAME));
    trainer.train(30);
    await agent.hasRead(NAME, 30);
    trainer.train(3, { loss: 0 });
    await ours.wasTold(`TrainerLossZero firing critical ${NAME}`);
    trainer.train(21);
    await ours.wasTold(`TrainerLossZero resolved critical ${NAME}`);
    for (const status of ['firing', 'resolved']) {
      const alert = ours.alerts.find(({ labels, status: its }) => its === status && labels.severity === 'critical');
      expect(alert).toBeDefined();
      const { labels = {}, annotations, startsAt, endsAt, generatorURL, fingerprint } = alert ?? {};
      const ended = status === 'resolved' ? { endsAt } : {};
      await alertmanager.post([{ labels, annotations, startsAt, generatorURL, ...ended }]);
      const its = await theirs.next(status, ({ body }) => body.status === status, 20_000);
      expect(its.body.alerts[0]).toEqual({ ...alert, startsAt: expect.any(String), endsAt: expect.any(String) });
      expect(Date.parse(its.body.alerts[0]?.startsAt ?? '')).toBe(Date.parse(startsAt ?? ''));
      expect(Date.parse(its.body.alerts[0]?.endsAt ?? '')).toBe(Date.parse(endsAt ?? ''));
      expect(its.body.alerts[0]?.fingerprint).toBe(fingerprint);
    }
  });
});

it('the recorded run has what these tests need', () => {
  const log = readFileSync(join(RECORDED, RECORDED_RUN, 'trainer_log.jsonl'), 'utf8');
  expect(log.match(/"loss": 0\.0, "grad_norm": NaN/g)).toHaveLength(9);
});
