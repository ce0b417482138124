import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Agent, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleValue } from '../support/metrics.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { openStream } from '../support/stream.ts';
import { Trainer } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const NAME = 'qwen2.5-7b/医疗 问答/lora 100%/sft';

interface Scene {
  readonly runs: string;
  readonly receiver: Receiver;
  readonly agent: Agent;
}

async function scene(...args: readonly string[]): Promise<Scene> {
  const runs = temporaryFolder();
  const receiver = await startReceiver();
  const state = join(temporaryFolder(), 'state');
  const agent = await startAgent([runs, '--state-dir', state, '--webhook', `${receiver.url}/hook`, ...args]);
  return { runs, receiver, agent };
}

/** A run that the agent knows and that is well. */
async function healthyRun({ runs, agent }: Scene, name = NAME): Promise<Trainer> {
  const trainer = new Trainer(join(runs, name));
  trainer.train(60);
  await agent.hasRead(name, 60);
  return trainer;
}

describe('an append to a followed log', () => {
  it('reaches the webhook in well under a second', async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    const latencies: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = here.receiver.got.length;
      const writtenMs = performance.timeOrigin + performance.now();
      trainer.train(1, { loss: Number.NaN });
      const arrived = await until('one more request', () => here.receiver.got[before], { everyMs: 1 });
      latencies.push(arrived.atMs - writtenMs);
      trainer.train(21);
      await until('the end of it', () => here.receiver.got[before + 1]);
    }
    const shown = latencies.map((ms) => `${ms.toFixed(0)} ms`).join(', ');
    process.stdout.write(`append of a NaN line to webhook: ${shown}\n`);
    expect(Math.max(...latencies)).toBeLessThan(1_000);
    expect(here.receiver.told).toEqual(
      Array.from({ length: 5 }, () => ['firing', 'resolved']).flatMap((pair) =>
        pair.map((status) => `TrainerLossNonFinite ${status} critical ${NAME}`),
      ),
    );
  });

  it("is told in Alertmanager's format, version 4", async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    trainer.train(1, { loss: Number.NaN });
    const { path, headers, body } = await here.receiver.wasTold(`TrainerLossNonFinite firing critical ${NAME}`);
    expect(path).toBe('/hook');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    const labels = { alertname: 'TrainerLossNonFinite', run: NAME, severity: 'critical' };
    expect(body).toEqual({
      version: '4',
      receiver: 'webhook',
      status: 'firing',
      groupKey: expect.stringContaining('TrainerLossNonFinite'),
      truncatedAlerts: 0,
      groupLabels: { alertname: 'TrainerLossNonFinite', run: NAME },
      commonLabels: labels,
      commonAnnotations: body.alerts[0]?.annotations,
      externalURL: expect.stringMatching(/^http:\/\//),
      alerts: [
        {
          status: 'firing',
          labels,
          annotations: expect.objectContaining({
            summary: expect.stringContaining('step 61'),
            description: expect.stringContaining(NAME),
            diagnosis: expect.any(String),
            advice: expect.any(String),
            evidence: '61: loss=NaN',
            first_step: '61',
            last_step: '61',
            occurrences: '1',
            weights: 'unknown',
            runbook_url: expect.stringContaining('#trainerlossnonfinite'),
            dashboard_url: expect.stringContaining(encodeURIComponent(NAME)),
          }),
          startsAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: expect.stringMatching(/^http:\/\//),
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      ],
    });
  });

  it('tells that it began, that it got worse and that it is over', async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    trainer.train(1, { loss: 0 });
    const began = await here.receiver.wasTold(`TrainerLossZero firing warning ${NAME}`);
    trainer.train(2, { loss: 0 });
    const worse = await here.receiver.wasTold(`TrainerLossZero firing critical ${NAME}`);
    trainer.train(20);
    await here.agent.hasRead(NAME, trainer.step);
    expect(await here.agent.alerts('firing')).toHaveLength(1);
    trainer.train(1);
    const over = await here.receiver.wasTold(`TrainerLossZero resolved critical ${NAME}`);
    const keys = [began, worse, over].map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(over.body.alerts[0]).toMatchObject({
      startsAt: began.body.alerts[0]?.startsAt,
      fingerprint: worse.body.alerts[0]?.fingerprint,
      annotations: { first_step: '61', last_step: '63', occurrences: '3' },
    });
    const ended = over.body.alerts.map(({ startsAt, endsAt }) => Date.parse(endsAt) >= Date.parse(startsAt));
    expect(ended).toEqual([true]);
  });
});

describe('what is there later', () => {
  it('a run folder at any depth is found while the agent runs', async () => {
    const here = await scene();
    const deep = 'a/b/c/d/e/run-1';
    mkdirSync(join(here.runs, 'a/b'), { recursive: true });
    const trainer = await healthyRun(here, deep);
    trainer.train(1, { loss: Number.POSITIVE_INFINITY });
    await here.receiver.wasTold(`TrainerLossNonFinite firing critical ${deep}`);
    expect(here.agent.log).toContainEqual(expect.objectContaining({ msg: 'following a run', run: deep }));
  });

  it('a path that does not exist is waited for, and the log says so', async () => {
    const missing = join(temporaryFolder(), 'saves');
    const agent = await startAgent([missing]);
    expect(agent.log).toContainEqual(expect.objectContaining({ level: 40, path: missing }));
    expect(await agent.runs()).toEqual([]);
    new Trainer(join(missing, 'sft')).train(3);
    await agent.hasRead('sft', 3);
  });
});

describe('GET /metrics', () => {
  it('has the content type of Prometheus, and NaN as NaN beside a finite signal', async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    trainer.train(1, { loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY });
    await here.agent.hasRead(NAME, 61);
    const response = await here.agent.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain(`trainer_loss{run="${NAME}"} NaN\n`);
    const samples = await here.agent.metrics();
    const of = (name: string, labels = {}) => sampleValue(samples, name, { run: NAME, ...labels });
    expect(of('trainer_loss')).toBeNaN();
    expect(of('trainer_grad_norm')).toBe(Number.POSITIVE_INFINITY);
    expect(of('trainer_value_finite', { field: 'loss' })).toBe(0);
    expect(of('trainer_value_finite', { field: 'grad_norm' })).toBe(0);
    expect(of('trainer_nonfinite_total', { field: 'loss', kind: 'nan' })).toBe(1);
    expect(of('trainer_nonfinite_total', { field: 'grad_norm', kind: 'inf' })).toBe(1);
    expect(of('trainer_alert_firing', { alertname: 'TrainerLossNonFinite' })).toBe(1);
    expect(of('trainer_last_good_step')).toBe(60);
    expect(of('trainer_step')).toBe(61);
    expect(of('trainer_run_state', { state: 'running' })).toBe(1);
    await here.receiver.wasTold(`TrainerLossNonFinite firing critical ${NAME}`);
    await until(
      'the delivery is counted',
      async () =>
        sampleValue(await here.agent.metrics(), 'nanwatch_notifications_total', {
          receiver: 'webhook',
          outcome: 'delivered',
        }) === 1,
    );
  });
});

describe('the API', () => {
  it('shows runs and alerts, whatever a run is called', async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    await healthyRun(here, 'well');
    trainer.train(1, { loss: Number.NaN });
    await here.agent.hasRead(NAME, 61);
    const runs = await here.agent.runs();
    expect(runs.map(({ run }) => run).sort()).toEqual([NAME, 'well'].sort());
    const path = `/api/v1/runs/${NAME.split('/').map(encodeURIComponent).join('/')}`;
    for (const one of [path, `/api/v1/runs/${encodeURIComponent(NAME)}`]) {
      expect(await here.agent.json(one)).toMatchObject({
        run: NAME,
        state: 'running',
        records: 61,
        last_step: 61,
        max_steps: 10_000,
        values: { loss: 'NaN', learning_rate: 0.0001 },
        sources: [{ path: 'trainer_log.jsonl', format: 'trainer-log', records: 61 }],
        incidents: [{ alertname: 'TrainerLossNonFinite', status: 'firing', first_step: 61 }],
      });
    }
    expect(await here.agent.alerts('firing')).toHaveLength(1);
    expect(await here.agent.alerts('resolved')).toEqual([]);
    trainer.train(21);
    await here.agent.hasRead(NAME, 82);
    expect(await here.agent.alerts('firing')).toEqual([]);
    const resolved = await here.agent.alerts('resolved');
    expect(resolved).toMatchObject([{ run: NAME, status: 'resolved', evidence: [{ step: 61, value: 'NaN' }] }]);
    expect(await here.agent.alerts()).toEqual(resolved);
  });

  it('is healthy and ready', async () => {
    const agent = await startAgent([temporaryFolder()]);
    for (const path of ['/-/healthy', '/healthz', '/-/ready', '/readyz']) {
      expect((await agent.get(path)).status, path).toBe(200);
    }
  });

  it('answers what it cannot do with the right status and an error in JSON', async () => {
    const agent = await startAgent([temporaryFolder()]);
    const cases = [
      ['GET', '/nothing', 404, 'not_found'],
      ['GET', '/api/v1/runs/none', 404, 'run_not_found'],
      ['GET', '/api/v1/runs/%E0%A4%A', 400, 'bad_request'],
      ['GET', '/api/v1/alerts?state=open', 400, 'bad_request'],
      ['POST', '/api/v1/runs', 405, 'method_not_allowed'],
      ['DELETE', '/metrics', 405, 'method_not_allowed'],
    ] as const;
    for (const [method, path, status, code] of cases) {
      const response = await agent.get(path, { method });
      expect(response.status, path).toBe(status);
      expect(response.headers.get('content-type'), path).toMatch(/^application\/json/);
      expect(response.headers.get('allow'), path).toBe(status === 405 ? 'GET, HEAD' : null);
      expect(await response.json()).toEqual({ error: { code, message: expect.stringMatching(/^\S.*\.$/) } });
    }
  });
});

describe('the live stream', () => {
  it('greets in its protocol, then sends records, runs and alerts', async () => {
    const here = await scene();
    const trainer = await healthyRun(here);
    const stream = openStream(here.agent.url);
    const hello = await stream.next('hello');
    expect(stream.socket.protocol).toBe('nanwatch.v1');
    expect(hello).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      runs: [{ run: NAME }],
      alerts: [],
    });
    trainer.train(1, { loss: Number.NaN });
    expect(await stream.next('record', ({ step }) => step === 61)).toMatchObject({
      run: NAME,
      fields: { loss: 'NaN' },
    });
    expect(await stream.next('alert')).toMatchObject({
      alert: { run: NAME, alertname: 'TrainerLossNonFinite', status: 'firing' },
    });
    expect(await stream.next('run', ({ run }) => run.last_step === 61)).toMatchObject({
      run: { run: NAME, values: { loss: 'NaN' } },
    });
    expect(sampleValue(await here.agent.metrics(), 'nanwatch_websocket_clients')).toBe(1);
  });

  it('sends only the runs that a client has subscribed to', async () => {
    const here = await scene();
    const [wanted, other] = [await healthyRun(here, 'wanted'), await healthyRun(here, 'other')];
    const [some, all] = [openStream(here.agent.url), openStream(here.agent.url)];
    await Promise.all([some.next('hello'), all.next('hello')]);
    some.socket.send(JSON.stringify({ type: 'subscribe', runs: ['wanted'] }));
    // the subscription is in force when a record of the other run no longer comes
    await until('the subscription is in force', async () => {
      other.train(1);
      wanted.train(1);
      await all.next('record', ({ run, step }) => run === 'other' && step === other.step);
      await some.next('record', ({ run, step }) => run === 'wanted' && step === wanted.step);
      return some.of('record').every(({ run, step }) => run !== 'other' || step !== other.step);
    });
    const before = some.messages.length;
    other.train(5, { loss: Number.NaN });
    await all.next('alert', ({ alert }) => alert.run === 'other');
    await all.next('run', ({ run }) => run.run === 'other' && run.last_step === other.step);
    wanted.train(1);
    await some.next('record', ({ run, step }) => run === 'wanted' && step === wanted.step);
    const later = some.messages.slice(before);
    expect(later.filter((message) => message.type === 'record' && message.run === 'other')).toEqual([]);
    expect(later.filter((message) => message.type === 'run' && message.run.run === 'other')).toEqual([]);
    expect(some.of('alert')).toEqual([]);
  });

  it('refuses pages of other sites, and takes its own', async () => {
    const agent = await startAgent([temporaryFolder()]);
    const foreign = openStream(agent.url, { Origin: 'https://evil.example' });
    expect(await until('it is refused', () => foreign.refused)).toBe(403);
    await openStream(agent.url, { Origin: agent.url }).next('hello');
  });

  it('closes with 1008 after a message that it does not understand', async () => {
    const agent = await startAgent([temporaryFolder()]);
    for (const message of ['no JSON', '{"type":"shout"}', '{"type":"subscribe","runs":"all"}']) {
      const stream = openStream(agent.url);
      await stream.next('hello');
      stream.socket.send(message);
      expect(await until('it is closed', () => stream.closed), message).toBe(1008);
    }
  });
});
