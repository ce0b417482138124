import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { launchAgent, runProgram, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startReceiver } from '../support/receiver.ts';
import { Trainer } from '../support/trainer.ts';

/** A folder with one run that is well and finished. */
function healthyRuns(): string {
  const runs = temporaryFolder();
  new Trainer(join(runs, 'sft'), { totalSteps: 60 }).finish();
  return runs;
}

/** A file with this content, for --config. */
function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'nanwatch.yaml');
  writeFileSync(file, text);
  return file;
}

function fifo(): string {
  const path = join(temporaryFolder(), 'trainer_log.jsonl');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

describe('input that cannot be used', () => {
  const config = (text: string) => () => ['run', healthyRuns(), '--config', fileWith(text)];
  it.each<[string, () => string[], readonly RegExp[], Record<string, string>?]>([
    ['an unknown option', () => ['run', '--lissten', 'x'], [/--lissten/, /--listen\b/]],
    ['an option like no other', () => ['check', '--xyzzy', 'x'], [/--xyzzy/, /--help/]],
    ['a check of nothing', () => ['check'], [/missing required argument 'path'/, /--help/]],
    ['a path to check that is not there', () => ['check', 'chekc'], [/chekc does not exist/, /Name a run folder/]],
    [
      'a path to replay that is not there',
      () => ['replay', 'nothing'],
      [/nothing does not exist/, /Name a run folder/],
    ],
    ['no path', () => ['run'], [/no path/, /nanwatch run saves/]],
    [
      'a pipe to follow',
      () => ['run', fifo()],
      [/trainer_log\.jsonl is neither a file nor a folder/, /Name a run folder/],
    ],
    ['a pipe to check', () => ['check', fifo()], [/neither a file nor a folder/, /Name a run folder/]],
    ['a device', () => ['check', '/dev/null'], [/\/dev\/null is neither a file nor a folder/, /Name a run folder/]],
    [
      'a file that is no log',
      () => ['check', fileWith('')],
      [/nanwatch\.yaml is not named like a log/, /trainer_log\.jsonl/],
    ],
    ['a bad address', () => ['run', healthyRuns(), '--listen', '9909'], [/--listen: "9909"/, /HOST:PORT/]],
    ['a port that is none', () => ['run', healthyRuns(), '--listen', '127.0.0.1:70000'], [/70000/, /HOST:PORT/]],
    ['a bad level', () => ['run', healthyRuns(), '--log-level', 'loud'], [/--log-level: "loud"/, /debug/]],
    ['a bad duration', () => ['run', healthyRuns(), '--ignore-older', 'week'], [/--ignore-older: "week"/, /7d/]],
    ['a bad format', () => ['check', healthyRuns(), '--format', 'xml'], [/--format/, /xml/, /text, json/]],
    [
      'a bad severity',
      () => ['check', healthyRuns(), '--fail-on', 'bad'],
      [/--fail-on/, /bad/, /info, warning, critical/],
    ],
    ['a bad speed', () => ['replay', healthyRuns(), '--speed', 'fast'], [/--speed fast/, /max/]],
    [
      'a file that is not there',
      () => ['run', healthyRuns(), '--config', 'none.yaml'],
      [/none\.yaml cannot be read \(ENOENT\)/, /--config/],
    ],
    ['malformed YAML', config('lang: en\nlabels: {team: [a\n'), [/nanwatch\.yaml:[23]:\d+: not valid YAML/]],
    ['a list for settings', config('- a\n- b\n'), [/nanwatch\.yaml: must hold settings/, /listen: 127\.0\.0\.1:9909/]],
    ['an unknown setting', config('lisen: 127.0.0.1:0\n'), [/unknown setting "lisen"/, /Known are .*\blisten\b/]],
    ['an unknown setting of a detector', config('detectors: {stall: {limit: 3}}\n'), [/detectors\.stall/, /"limit"/]],
    ['a label that is none', config('labels: {a-b: c}\n'), [/labels\.a-b/, /letters, digits and _/]],
    [
      'a bad address in the environment',
      () => ['run', healthyRuns()],
      [/NANWATCH_LISTEN: "nowhere"/, /HOST:PORT/],
      { NANWATCH_LISTEN: 'nowhere' },
    ],
  ])('%s is said in one line, and nothing starts', async (_, args, says, env = {}) => {
    const state = join(temporaryFolder(), 'state');
    const { code, stdout, stderr } = await runProgram(args(), { env: { NANWATCH_STATE_DIR: state, ...env } });
    expect(stderr).toMatch(/^nanwatch: \S.*\n$/);
    for (const pattern of says) expect(stderr).toMatch(pattern);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    ['on the command line', (url: string) => ({ args: ['--webhook', url], env: {} })],
    ['in the environment', (url: string) => ({ args: [], env: { NANWATCH_WEBHOOK: url } })],
    [
      'in the file',
      (url: string) => ({ args: ['--config', fileWith(`receivers: [{type: webhook, url: '${url}'}]`)], env: {} }),
    ],
  ])('a bad webhook address %s is not repeated', async (_, given) => {
    const { args, env } = given('htps:/hooks.example/T0KEN');
    const { code, stdout, stderr } = await runProgram(['run', healthyRuns(), ...args], { env });
    expect(stderr).toMatch(/^nanwatch: \S.*(webhook|receivers\.0\.url).*\bhttps:\/\/\n$/);
    expect(stdout + stderr).not.toMatch(/T0KEN|hooks\.example/);
    expect(code).toBe(2);
  });
});

describe('an agent that cannot start', () => {
  it('because its port is taken says how to find who has it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runProgram(['run', healthyRuns(), '--listen', `127.0.0.1:${port}`]);
    expect(stderr).toMatch(
      new RegExp(`^nanwatch: 127\\.0\\.0\\.1:${port} is in use.*ss -ltnp.*:${port}.*--listen\\.\n$`),
    );
    expect(code).toBe(1);
  });

  it('because another agent has its state folder says so, and what to do', async () => {
    const [runs, state] = [healthyRuns(), join(temporaryFolder(), 'state')];
    const first = await startAgent([runs, '--state-dir', state]);
    const { code, stderr } = await runProgram(['run', runs, '--listen', '127.0.0.1:0', '--state-dir', state]);
    expect(stderr).toMatch(
      /^nanwatch: The state folder .*state is in use by another nanwatch agent\. .*--state-dir\.\n$/,
    );
    expect(code).toBe(1);
    expect((await first.get('/-/healthy')).status).toBe(200);
  });
});

describe('check', () => {
  /** A run that is well, and one with a warning that is over. */
  function troubledRuns(): string {
    const runs = healthyRuns();
    const warned = new Trainer(join(runs, 'warned'), { totalSteps: 60 });
    warned.train(20);
    warned.train(1, { loss: 0 });
    warned.finish();
    return runs;
  }

  it('exits 0 when there is nothing, and says so', async () => {
    const { code, stdout, stderr } = await runProgram(['check', healthyRuns()]);
    expect(stdout).toMatch(/sft .*finished/);
    expect(stdout).toMatch(/^ {2}setup +LLaMA-Factory$/m);
    expect(stdout).toMatch(/^ {2}read +trainer_log\.jsonl$/m);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('exits 1 when there is an incident, and tells the story', async () => {
    const { code, stdout } = await runProgram(['check', troubledRuns()]);
    expect(stdout).toContain('Loss is exactly 0 at step 21');
    expect(stdout).toContain('1 incident in 2 runs');
    // of what is well, one line is enough
    expect(stdout.match(/^ {2}read /gm)).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each([
    ['info', 1],
    ['warning', 1],
    ['critical', 0],
  ])('--fail-on %s exits %i for a warning', async (severity, expected) => {
    expect((await runProgram(['check', troubledRuns(), '--fail-on', severity])).code).toBe(expected);
  });

  it('--format json prints one object, version 1', async () => {
    const { code, stdout, stderr } = await runProgram(['check', '--format', 'json', troubledRuns()]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      version: 1,
      runs: [
        {
          run: 'sft',
          state: 'finished',
          attempts: 1,
          records: 61,
          first_step: 1,
          last_step: 60,
          max_steps: 60,
          incidents: [],
        },
        {
          run: 'warned',
          state: 'finished',
          sources: [{ path: 'trainer_log.jsonl', format: 'trainer-log', records: 61 }],
          incidents: [
            {
              alertname: 'TrainerLossZero',
              severity: 'warning',
              status: 'resolved',
              first_step: 21,
              last_step: 21,
              occurrences: 1,
              weights: 'intact',
              rollback_checkpoint: null,
              inhibited_by: null,
              evidence: [{ step: 21, field: 'loss', value: 0 }],
            },
          ],
        },
      ],
    });
    for (const key of ['group', 'summary', 'diagnosis', 'advice']) {
      expect(report.runs[1].incidents[0][key]).toMatch(/./);
    }
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('speaks Chinese when asked', async () => {
    const { stdout } = await runProgram(['check', '--lang', 'zh-CN', troubledRuns()]);
    expect(stdout).toContain('损失恰好为 0（第 21 步）');
  });

  it('leaves no trace in the folders that it reads', async () => {
    const runs = troubledRuns();
    const listing = () => spawnSync('find', [runs, '-printf', '%p %T@ %s\n'], { encoding: 'utf8' }).stdout;
    const before = listing();
    await runProgram(['check', runs]);
    expect(before).not.toBe('');
    expect(listing()).toBe(before);
  });
});

describe('lines that are no records', () => {
  it('are counted by reason, and logged once a minute and file with their number', async () => {
    const runs = temporaryFolder();
    const [one, two] = [new Trainer(join(runs, 'one')), new Trainer(join(runs, 'two'))];
    one.train(2);
    one.write('Traceback (most recent call last):', '{"loss": 1.5}', ...Array.from({ length: 48 }, () => 'noise'));
    one.write(`{"current_steps": 3, "x": "${'x'.repeat(3 * 1024 * 1024)}"}`);
    one.train(2);
    two.train(1);
    two.write('[1, 2]');
    const agent = await startAgent([runs]);
    await agent.hasRead('one', 4);
    one.write('more noise');
    one.train(1);
    await agent.hasRead('one', 5);
    const samples = (await agent.metrics()).filter(({ name }) => name === 'nanwatch_bad_lines_total');
    expect(Object.fromEntries(samples.map(({ labels, value }) => [labels.reason, value]))).toEqual({
      oversize: 1,
      'not-json': 51,
      'not-a-record': 1,
      incomplete: 0,
      'not-yaml': 0,
      'bad-checksum': 0,
      binary: 0,
      internal: 0,
    });
    const logged = agent.log.filter(({ reason }) => reason !== undefined);
    expect(logged.map(({ path, line, reason }) => ({ path, line, reason }))).toEqual([
      { path: one.log, line: 3, reason: 'not-json' },
      { path: two.log, line: 2, reason: 'not-json' },
    ]);
  });
});

describe('stopping', () => {
  async function following(...args: readonly string[]) {
    const receiver = await startReceiver();
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    const agent = await startAgent([runs, '--webhook', receiver.url, ...args]);
    return { receiver, trainer, agent };
  }

  it('with SIGTERM reads what is on disk, delivers what is due and exits 0', async () => {
    const { receiver, trainer, agent } = await following('--poll');
    trainer.train(3, { loss: Number.NaN });
    trainer.train(21);
    expect(await agent.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(receiver.told.at(-1)).toBe('TrainerLossNonFinite resolved critical sft');
  });

  it('with SIGTERM waits for a receiver that does not answer, but ends within 10 s', async () => {
    const { receiver, trainer, agent } = await following();
    receiver.manner = 'hold';
    trainer.train(1, { loss: Number.NaN });
    await receiver.next('the notification', () => true);
    const began = performance.now();
    expect(await agent.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(agent.log).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('state folder') }),
    );
  });

  it('with Ctrl-C exits 0 at once, whatever a receiver does', async () => {
    const { receiver, trainer, agent } = await following();
    receiver.manner = 'hold';
    trainer.train(1, { loss: Number.NaN });
    await receiver.next('the notification', () => true);
    const began = performance.now();
    expect(await agent.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('with a second signal ends without waiting', async () => {
    const { receiver, trainer, agent } = await following();
    receiver.manner = 'hold';
    trainer.train(1, { loss: Number.NaN });
    await receiver.next('the notification', () => true);
    agent.process.kill('SIGTERM');
    // whoever answers now has seen the signal
    await agent.get('/-/healthy');
    expect(await agent.stop('SIGINT')).toEqual({ code: 130, signal: null });
  });
});

describe('run', () => {
  it('--once delivers what fires in a live run and exits as check does', async () => {
    const receiver = await startReceiver();
    const runs = healthyRuns();
    const args = ['run', '--once', '--webhook', receiver.url, runs];
    const env = { NANWATCH_STATE_DIR: join(temporaryFolder(), 'state') };
    expect((await runProgram(args, { env })).code).toBe(0);
    const trainer = new Trainer(join(runs, 'live'));
    trainer.train(30);
    trainer.train(1, { loss: Number.NaN });
    expect((await runProgram(args, { env })).code).toBe(1);
    expect(receiver.told).toEqual(['TrainerLossNonFinite firing critical live']);
    expect((await runProgram(args, { env })).code).toBe(1);
    expect(receiver.told).toHaveLength(1);
    expect((await runProgram(['run', '--once', join(runs, 'none')])).code).toBe(2);
  });

  it('--exit-when-finished stops when every run has ended', async () => {
    const runs = healthyRuns();
    const trainer = new Trainer(join(runs, 'live'), { totalSteps: 50 });
    trainer.train(10);
    const agent = await startAgent([runs, '--exit-when-finished']);
    await agent.hasRead('live', 10);
    trainer.finish();
    expect(await agent.exited).toEqual({ code: 0, signal: null });
  });

  it('takes its settings from flags, the environment and the file, in this order', async () => {
    const [flag, variable, file] = [await startReceiver(), await startReceiver(), await startReceiver()];
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    const config = fileWith(
      `listen: nonsense\nlang: en\nlabels: {team: 医疗}\nreceivers: [{type: webhook, name: ours, url: '${file.url}/file'}]\n`,
    );
    await launchAgent(['run', runs, '--webhook', `${flag.url}/flag`], {
      env: {
        NANWATCH_CONFIG: config,
        NANWATCH_LISTEN: '127.0.0.1:0',
        NANWATCH_LANG: 'zh-CN',
        NANWATCH_WEBHOOK: `${variable.url}/variable`,
        NANWATCH_STATE_DIR: join(runs, 'state'),
      },
    }).ready();
    trainer.train(1, { loss: Number.NaN });
    const told = await flag.next('it', ({ path }) => path === '/flag');
    expect(told.body.alerts[0]?.labels.team).toBe('医疗');
    expect(told.body.alerts[0]?.annotations.summary).toContain('损失为 NaN');
    await file.next('it', ({ path, body }) => path === '/file' && body.receiver === 'ours');
    expect(variable.got).toEqual([]);
    expect(spawnSync('ls', [join(runs, 'state')], { encoding: 'utf8' }).stdout).toContain('outbox.sqlite');
  });

  it('takes several addresses from one variable', async () => {
    const [one, two] = [await startReceiver(), await startReceiver()];
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    await startAgent([runs], { env: { NANWATCH_WEBHOOK: `${one.url}/1 ${two.url}/2` } });
    trainer.train(1, { loss: Number.NaN });
    await one.next('it', ({ path, body }) => path === '/1' && body.receiver === 'webhook');
    await two.next('it', ({ path, body }) => path === '/2' && body.receiver === 'webhook-2');
  });
});

describe('secrets', () => {
  it('never appear in what the agent writes or answers', async () => {
    const [receiver, refusing] = [await startReceiver(), await startReceiver()];
    refusing.manner = 401;
    const failing = await startReceiver();
    failing.manner = 503;
    const gone = await startReceiver();
    await gone.close();
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    const address = (url: string) => `${url.replace('//', '//user:PASSW0RD@')}/T0KEN/hook?key=QUERYKEY`;
    const list = [receiver, refusing, failing, gone].map(
      ({ url }, place) => `  - {type: webhook, name: r${place}, url: '${address(url)}', secret: SIGNINGKEY}\n`,
    );
    const args = ['--config', fileWith(`receivers:\n${list.join('')}`), '--log-level', 'trace'];
    const agent = await startAgent([runs, ...args, '--webhook', address(failing.url)]);
    trainer.train(1, { loss: Number.NaN });
    await receiver.next('the notification', ({ path, headers }) => {
      return (
        path === '/T0KEN/hook?key=QUERYKEY' && /^sha256=[0-9a-f]{64}$/.test(String(headers['x-nanwatch-signature']))
      );
    });
    await refusing.next('the notification', () => true);
    await failing.next('the notification', ({ body }) => body.receiver === 'webhook');
    await agent.until('all were tried', async () =>
      ['r1', 'r2', 'r3', 'webhook'].every((name) => agent.log.some(({ receiver: of }) => of === name)),
    );
    const paths = [
      '/',
      '/metrics',
      '/api/v1/runs',
      '/api/v1/runs/sft',
      '/api/v1/alerts',
      '/api/v1/config',
      '/-/ready',
      '/x',
    ];
    const answers = await Promise.all(paths.map(async (path) => (await agent.get(path)).text()));
    await agent.stop('SIGINT');
    const everything = [agent.stdout, agent.stderr, ...answers].join('\n');
    expect(everything).toContain('TrainerLossNonFinite');
    expect(everything).not.toMatch(/T0KEN|QUERYKEY|SIGNINGKEY|PASSW0RD/);
  });
});

const PATHS = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
const oldNode = PATHS.map((folder) => join(folder, 'node')).find((path) => {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? 24) < 24;
});

describe.skipIf(oldNode === undefined)('a Node older than 24 (skipped where none is on the PATH)', () => {
  it('is told in one line what it needs', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    const { status, stdout, stderr } = spawnSync(String(oldNode), ['bin/nanwatch.js', 'run', folder], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^nanwatch needs Node 24 or newer, this is \d+\.\d+\.\d+\..*\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
