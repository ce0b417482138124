import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { runProgram, startAgent } from '../support/agent.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { describeWith, program } from '../support/programs.ts';
import { startReceiver } from '../support/receiver.ts';
import { Trainer } from '../support/trainer.ts';
import { until } from '../support/until.ts';

function configWith(receivers: readonly object[], more: object = {}): string {
  const file = join(temporaryFolder(), 'nanwatch.yaml');
  writeFileSync(file, stringify({ receivers, ...more }));
  return file;
}

/** A server that answers everything with this status, and keeps the paths that it was asked for. */
async function answering(status: number) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    request.resume().on('end', () => response.writeHead(status).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

describe('notify test', () => {
  it('sends a sample that fires and one that has resolved, and exits 0 when all arrived', async () => {
    const hook = await startReceiver();
    const file = join(temporaryFolder(), 'got');
    const keep = `require('node:fs').appendFileSync(${JSON.stringify(file)}, 'x')`;
    const config = configWith([
      { type: 'webhook', url: hook.url, lang: 'zh-CN' },
      { type: 'command', name: 'stop-it', command: [process.execPath, '--eval', keep], send_resolved: false },
    ]);
    const { code, stdout, stderr } = await runProgram(['notify', 'test', '--config', config]);
    expect(stderr).toBe('');
    expect(stdout.split('\n').map((line) => line.replace(/ +\d+ ms$/, ''))).toEqual([
      'webhook  firing    delivered',
      'webhook  resolved  delivered',
      'stop-it  firing    delivered',
      '',
    ]);
    expect(code).toBe(0);
    const name = 'nanwatch-notify-test';
    expect(hook.told).toEqual([
      `TrainerLossNonFinite firing critical ${name}`,
      `TrainerLossNonFinite resolved critical ${name}`,
    ]);
    expect(hook.alerts[0]?.annotations.summary).toMatch(/损失/);
  });

  it('says what became of each, for one receiver if it is named, and exits 1 when one did not arrive', async () => {
    const { origin, paths } = await answering(403);
    const port = await freePort();
    const config = configWith([
      { type: 'slack', url: `${origin}/slack` },
      { type: 'pagerduty', routing_key: 'k', url: `http://127.0.0.1:${port}/T0KEN` },
    ]);
    const refused = await runProgram(['notify', 'test', 'slack', '--config', config]);
    expect(refused.stdout).toMatch(
      /^slack {2}firing {4}failed: HTTP 403 {2}\d+ ms\nslack {2}resolved {2}failed: HTTP 403/,
    );
    expect(refused.code).toBe(1);
    expect(paths).toEqual(['/slack', '/slack']);
    const away = await runProgram(['notify', 'test', 'pagerduty', '--config', config]);
    expect(away.stdout).toMatch(/failed: ECONNREFUSED \(the agent would try again\)/);
    expect(away.stdout + away.stderr).not.toMatch(/T0KEN|127\.0\.0\.1/);
    expect(away.code).toBe(1);
  });

  it('needs no file: addresses may be on the command line, several of each kind', async () => {
    const { origin, paths } = await answering(200);
    const args = ['--webhook', `${origin}/a`, '--webhook', `${origin}/b`, '--alertmanager', `${origin}/c`];
    const { code, stdout } = await runProgram(['notify', 'test', ...args, '--alertmanager', `${origin}/d/`]);
    expect(code).toBe(0);
    expect(new Set(paths)).toEqual(new Set(['/a', '/b', '/c/api/v2/alerts', '/d/api/v2/alerts']));
    expect(stdout).toMatch(/^alertmanager-2 {2}resolved {2}delivered/m);
  });

  it.each([
    ['nobody is told', [], {}, /no receiver is configured.*--webhook/],
    ['none has the name', ['pigeon', '--webhook', 'http://127.0.0.1:9/'], {}, /named "pigeon".*There are: webhook\./],
    ['an address is none', [], { NANWATCH_ALERTMANAGER: 'htp:/T0KEN' }, /^nanwatch: --alertmanager: must be/],
  ] as const)('exits 2 when %s', async (_, args, env, message) => {
    const { code, stdout, stderr } = await runProgram(['notify', 'test', ...args], { env });
    expect(stderr).toMatch(message);
    expect(stdout + stderr).not.toContain('T0KEN');
    expect(code).toBe(2);
  });
});

describe('an agent', () => {
  it('tells each receiver in its language', async () => {
    const [ours, english] = [await startReceiver(), await startReceiver()];
    const runs = temporaryFolder();
    const receivers = [
      { type: 'webhook', url: ours.url },
      { type: 'webhook', name: 'english', url: english.url, lang: 'en' },
    ];
    const agent = await startAgent([runs, '--config', configWith(receivers, { lang: 'zh-CN' })]);
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    await agent.hasRead('sft', 30);
    trainer.train(1, { loss: Number.NaN });
    const told = 'TrainerLossNonFinite firing critical sft';
    await Promise.all([ours.wasTold(told), english.wasTold(told)]);
    expect(ours.alerts[0]?.annotations.summary).toMatch(/损失/);
    expect(english.alerts[0]?.annotations.summary).toMatch(/^Loss /);
    expect(english.alerts[0]?.labels).toEqual(ours.alerts[0]?.labels);
  });

  it('says again to Alertmanager what fires, until it is over, and nothing of runs that ended before it came', async () => {
    const hook = await startReceiver();
    const runs = temporaryFolder();
    const old = new Trainer(join(runs, 'old'), { totalSteps: 60 });
    old.train(55);
    old.train(5, { loss: Number.NaN });
    old.finish();
    const receiver = { type: 'alertmanager', url: hook.url, resend_delay: '1s', min_severity: 'warning' };
    const agent = await startAgent([runs, '--config', configWith([receiver])]);
    expect(await agent.alerts('firing')).toMatchObject([{ run: 'old' }]);
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    await agent.hasRead('sft', 30);
    trainer.train(1, { loss: Number.NaN });
    const posts = () =>
      hook.got.flatMap(({ body, atMs }) =>
        (body as unknown as { labels: { run: string }; endsAt: string }[]).map(({ labels, endsAt }) => ({
          run: labels.run,
          isOver: Date.parse(endsAt) <= atMs,
        })),
      );
    await until('it was posted four times', () => posts().length >= 4);
    trainer.train(21);
    await until('it was posted as over', () => posts().some(({ isOver }) => isOver));
    const posted = posts().length;
    // another one, so that there is something to wait for
    const other = new Trainer(join(runs, 'another'));
    other.train(30);
    await agent.hasRead('another', 30);
    other.train(1, { loss: Number.NaN });
    await until('the next was posted again', () => posts().length >= posted + 3);
    const after = posts().slice(posted);
    expect(new Set(after.map(({ run }) => run))).toEqual(new Set(['another']));
    expect(new Set(posts().map(({ run }) => run))).toEqual(new Set(['sft', 'another']));
  });

  it('says no secret of any receiver, whether it takes, refuses, is away, or cannot be trusted', async () => {
    const planted = 'PLANTED';
    const [takes, refuses, fails] = [await answering(200), await answering(400), await answering(500)];
    const away = `http://127.0.0.1:${await freePort()}`;
    const secretFile = join(temporaryFolder(), 'secret');
    writeFileSync(secretFile, `${planted}-in-a-file\n`, { mode: 0o644 });
    const receivers = [takes.origin, refuses.origin, fails.origin, away].flatMap((origin, place) => [
      ...['webhook', 'alertmanager', 'slack', 'discord', 'feishu', 'dingtalk', 'wecom'].map((type) => ({
        type,
        name: `${type}-${place}`,
        url: `${origin.replace('//', `//user:${planted}-password@`)}/${planted}-path?key=${planted}-query`,
        ...(/webhook|feishu|dingtalk/.test(type) && { secret_file: secretFile }),
      })),
      { type: 'telegram', name: `telegram-${place}`, token: `1:${planted}-token`, chat_id: 1, api_url: origin },
      { type: 'pagerduty', name: `pagerduty-${place}`, routing_key: `${planted}-key`, url: origin },
      {
        type: 'email',
        name: `email-${place}`,
        host: '127.0.0.1',
        port: Number(new URL(origin).port),
        from: 'a@example.org',
        to: ['b@example.org'],
        username: 'me',
        password: `${planted}-password`,
        timeout: '300ms',
      },
    ]);
    const runs = temporaryFolder();
    const state = temporaryFolder();
    const agent = await startAgent([
      runs,
      '--state-dir',
      state,
      '--log-level',
      'trace',
      '--config',
      configWith(receivers),
    ]);
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    await agent.hasRead('sft', 30);
    trainer.train(1, { loss: Number.NaN });
    const heard = await agent.until(
      'every receiver was tried',
      async () => {
        const samples = await agent.metrics();
        const tried = samples.filter(({ name, value }) => name === 'nanwatch_notifications_total' && value > 0);
        const names = new Set(tried.map(({ labels }) => labels.receiver));
        return names.size === receivers.length && names;
      },
      20_000,
    );
    expect(heard.size).toBe(40);
    const pages = ['/metrics', '/api/v1/runs', '/api/v1/alerts', '/api/v1/config', '/'];
    const answers = await Promise.all(pages.map(async (page) => (await agent.get(page)).text()));
    const said = [agent.stdout, agent.stderr, ...answers].join('\n');
    expect(said).toContain('HTTP 400');
    expect(said).toContain('ECONNREFUSED');
    expect(said).not.toContain(planted);
    // it was there to be said
    expect(takes.paths.some((path) => path.includes(`${planted}-path`))).toBe(true);
    const warned = agent.log.filter(({ msg }) => msg.includes('everybody on this machine may read it'));
    expect(warned).toHaveLength(12);
  });
});

describeWith([program('prometheus-alertmanager', 'prometheus-alertmanager')], 'with a real Alertmanager', (path) => {
  interface Alert {
    readonly labels: Readonly<Record<string, string>>;
    readonly endsAt: string;
    readonly status: { readonly state: 'active' | 'suppressed' };
  }

  function typesOf(value: object | undefined): object {
    return Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, typeof inner]));
  }

  function isCritical({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
    return labels.severity === 'critical';
  }

  async function api<T>({ address }: Alertmanager, what: string, init: RequestInit = {}): Promise<T> {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`http://${address}/api/v2/${what}`, { headers, ...init });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return (await response.json().catch(() => undefined)) as T;
  }

  it('an alert appears, stays while it fires, over a restart too, can be silenced, and resolves', async () => {
    const [hook, ours] = [await startReceiver(), await startReceiver()];
    const alertmanager = await startAlertmanager(String(path), hook.url);
    const [runs, state] = [temporaryFolder(), temporaryFolder()];
    const url = `http://${alertmanager.address}`;
    const config = configWith([
      // valid for 12 s: longer than a restart takes on a busy machine
      { type: 'alertmanager', url, resend_delay: '3s', min_severity: 'warning' },
      { type: 'webhook', url: ours.url },
    ]);
    const args = [runs, '--state-dir', state, '--config', config];
    const agent = await startAgent(args);
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    await agent.hasRead('sft', 30);
    trainer.train(3, { loss: 0 });

    const alerts = () => api<Alert[]>(alertmanager, 'alerts');
    const only = async (wanted: (alert: Alert) => boolean) => {
      const found = await alerts();
      return found.length === 1 && found[0] !== undefined && wanted(found[0]) && found[0];
    };
    const seconds = { withinMs: 40_000, everyMs: 50 };
    // it was a warning first, which is another alert for Alertmanager: that one is over at once
    const first = await until(
      'it is there, once, as critical',
      () => only(({ labels }) => labels.severity === 'critical'),
      seconds,
    );
    expect(first.labels).toEqual({ alertname: 'TrainerLossZero', run: 'sft', severity: 'critical' });
    const line = 'TrainerLossZero firing critical sft';
    const [its, mine] = await Promise.all([hook.wasTold(line, 20_000), ours.wasTold(line, 20_000)]);
    // a program behind a webhook does not notice whose it is
    expect(typesOf(its.body)).toEqual(typesOf(mine.body));
    const [itsAlert, myAlert] = [its, mine].map(({ body: { alerts: all } }) => all.find(isCritical));
    expect(typesOf(itsAlert)).toEqual(typesOf(myAlert));
    expect(typesOf(itsAlert?.annotations)).toEqual(typesOf(myAlert?.annotations));
    expect(itsAlert?.fingerprint).toBe(myAlert?.fingerprint);

    const outlives = (end: string) =>
      only(({ endsAt }) => Date.parse(endsAt) > Date.now() && Date.now() > Date.parse(end));
    const second = await until('it outlives the end that it was posted with', () => outlives(first.endsAt), seconds);

    const told = hook.told.length;
    await agent.stop();
    await startAgent(args);
    await until('it outlives a restart of the agent', () => outlives(second.endsAt), seconds);
    // nothing about it was taken for news
    expect(hook.told.slice(told).filter((line) => line.includes('resolved'))).toEqual([]);

    const matchers = [{ name: 'run', value: 'sft', isRegex: false, isEqual: true }];
    const [startsAt, endsAt] = [0, 600_000].map((later) => new Date(Date.now() + later).toISOString());
    const body = JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'test', comment: 'known' });
    const { silenceID } = await api<{ silenceID: string }>(alertmanager, 'silences', { method: 'POST', body });
    await until('it is silenced', () => only(({ status }) => status.state === 'suppressed'), seconds);
    await api(alertmanager, `silence/${silenceID}`, { method: 'DELETE' });
    await until('it is not silenced any more', () => only(({ status }) => status.state === 'active'), seconds);

    trainer.train(21);
    await until('it is over', async () => (await alerts()).length === 0, seconds);
    await hook.wasTold('TrainerLossZero resolved critical sft', 20_000);
  }, 150_000);
});
