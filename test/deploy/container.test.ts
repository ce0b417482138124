import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { Child } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { kustomized, type Manifest } from '../support/manifests.ts';
import { parseMetrics, sampleValue } from '../support/metrics.ts';
import { describeWith, newerProgram, program } from '../support/programs.ts';
import { startReceiver } from '../support/receiver.ts';
import { Trainer } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const IMAGE = 'ghcr.io/nanwatch/nanwatch:0.1.0';
const BUILD_MS = 300_000;
const NAME = `nanwatch-test-${process.pid}`;
const settings = mkdtempSync(join(tmpdir(), 'nanwatch-containers-'));

/** Runs podman to its end. Throws where it fails. */
function podman(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('podman', args, {
    encoding: 'utf8',
    env: { ...process.env, CONTAINERS_CONF: join(settings, 'containers.conf') },
  });
  if (status !== 0) throw new Error(`podman ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout.trim();
}

async function metrics(port: number) {
  return parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
}

/** A folder that a container's user may read. */
function sharedFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

const PROGRAMS = [
  program('podman', 'podman buildah runc netavark aardvark-dns catatonit iptables'),
  program('runc', 'runc'),
  newerProgram('kustomize'),
  newerProgram('docker-compose'),
  newerProgram('prometheus-3'),
  program('prometheus-alertmanager', 'prometheus-alertmanager'),
];

/** LLaMA-Factory's own compose file, with a trainer that is root as there, and a volume that is empty at first. */
const LLAMA_FACTORY = `services:
  llamafactory:
    image: ${IMAGE}
    user: "0:0"
    entrypoint: [node, /app/demo/trainer.js, --from, /app/demo/runs, --into, /app/saves]
    healthcheck: { disable: true }
`;

/** Whether labels hold all of `wanted`. */
function isAbout(wanted: Readonly<Record<string, string>>, labels: object): boolean {
  const given = new Map(Object.entries(labels));
  return Object.entries(wanted).every(([name, value]) => given.get(name) === value);
}

describeWith(PROGRAMS, 'the image', (podmanPath = '', _runc, kustomize = '', compose = '') => {
  beforeAll(() => {
    // crun cannot start containers where cgroups are of both versions; more descriptors than the machine has are refused
    writeFileSync(
      join(settings, 'containers.conf'),
      '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]\n',
    );
    for (const script of ['test/stand-in-base.sh', 'test/stand-in-servers.sh']) {
      const { status, stderr } = spawnSync('bash', [script], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
    const build = ['--isolation', 'chroot', '--network', 'host', '--pull=never', '--format', 'docker'];
    podman('build', ...build, '-f', 'deploy/Dockerfile', '--build-arg', 'VERSION=0.1.0', '-t', IMAGE, '.');
  }, BUILD_MS);

  afterAll(() => {
    rmSync(settings, { recursive: true, force: true });
  });

  it('says what it is, and runs as nobody', () => {
    const [{ Config, Healthcheck, Size }] = JSON.parse(podman('inspect', '--type', 'image', IMAGE));
    expect(Config.User).toBe('65532:65532');
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'nanwatch',
      'org.opencontainers.image.version': '0.1.0',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
    expect(Healthcheck.Test.join(' ')).toContain('/-/healthy');
    // the base is the largest part
    const [base] = JSON.parse(podman('inspect', '--type', 'image', 'docker.io/library/node:24-bookworm-slim'));
    expect(Size - base.Size).toBeLessThan(40 * 1024 * 1024);
  });

  it('watches a shared volume under the strictest settings, tells, is healthy, and stops at SIGTERM', async () => {
    const [runs, receiver, port] = [sharedFolder(), await startReceiver(), await freePort()];
    const trainer = new Trainer(join(runs, 'sft'));
    trainer.train(30);
    const strict = ['--read-only', '--user', '65532:65532', '--cap-drop=ALL', '--security-opt', 'no-new-privileges'];
    const limits = ['--memory', '128m', '--network', 'host', '--pull=never'];
    const mounts = ['-v', `${runs}:/runs:ro`, '-v', `${NAME}:/state`];
    const environment = ['-e', `NANWATCH_LISTEN=127.0.0.1:${port}`, '-e', `NANWATCH_WEBHOOK=${receiver.url}`];
    podman('run', '-d', '--name', NAME, ...strict, ...limits, ...mounts, ...environment, IMAGE);
    try {
      await until('it is ready', async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok, {
        withinMs: 20_000,
      });
      expect(sampleValue(await metrics(port), 'trainer_step', { run: 'sft' })).toBe(30);
      trainer.train(3, { loss: Number.NaN });
      await receiver.wasTold('TrainerLossNonFinite firing critical sft');
      const samples = await metrics(port);
      expect(sampleValue(samples, 'trainer_nonfinite_total', { run: 'sft', field: 'loss', kind: 'nan' })).toBe(3);
      expect(sampleValue(samples, 'nanwatch_state_persistent')).toBe(1);
      expect(sampleValue(samples, 'process_resident_memory_bytes')).toBeLessThan(128 * 1024 * 1024);
      expect(sampleValue(samples, 'nanwatch_files_polled')).toBe(0);
      podman('healthcheck', 'run', NAME);
      expect(podman('exec', NAME, 'id', '-u')).toBe('65532');
      const { bomFormat, components } = JSON.parse(podman('exec', NAME, 'cat', '/app/sbom.cdx.json'));
      const names = components.map(({ name }: { name: string }) => name);
      expect({ bomFormat, names }).toEqual({ bomFormat: 'CycloneDX', names: expect.arrayContaining(['ws', 'pino']) });
      expect(names).not.toContain('vitest');

      const beganMs = performance.now();
      podman('kill', '--signal', 'SIGTERM', NAME);
      expect(podman('wait', NAME)).toBe('0');
      expect(performance.now() - beganMs).toBeLessThan(10_000);
    } finally {
      podman('rm', '-f', '-t', '0', NAME);
      podman('volume', 'rm', NAME);
    }
  }, 60_000);

  it('runs in a pod made of the shipped manifests, beside a trainer, on the volume that they share', async () => {
    const port = await freePort();
    const folder = temporaryFolder();
    cpSync('deploy/kubernetes/component-before-1.29', join(folder, 'component'), { recursive: true });
    mkdirSync(join(folder, 'mine'));
    copyFileSync('deploy/kubernetes/example/job.yaml', join(folder, 'mine/job.yaml'));
    // podman knows no native sidecars yet: the variant for older clusters
    const speed = { op: 'add', path: '/spec/template/spec/containers/0/command/-', value: '--speed=5' };
    writeFileSync(
      join(folder, 'mine/kustomization.yaml'),
      stringify({
        resources: ['job.yaml'],
        components: ['../component'],
        patches: [{ target: { kind: 'Job' }, patch: stringify([speed]) }],
      }),
    );
    const job = kustomized(kustomize, join(folder, 'mine')).find(({ kind }) => kind === 'Job') as Manifest;
    const { template } = job.spec as { template: { spec: { containers: { name: string }[] } } };
    const agent = template.spec.containers.find(({ name }) => name === 'nanwatch');
    // the pod has the network of this machine, where the port of the image may be taken
    Object.assign(agent ?? {}, { env: [{ name: 'NANWATCH_LISTEN', value: `127.0.0.1:${port}` }], ports: [] });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: NAME }, spec: template.spec };
    const file = join(folder, 'pod.yaml');
    writeFileSync(file, stringify(pod));
    podman('play', 'kube', '--network', 'host', file);
    try {
      await until(
        'the alert of the run in trouble is there',
        async () => {
          const { alerts } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/alerts`)).json()) as {
            alerts: { alertname: string }[];
          };
          return alerts.some(({ alertname }) => alertname === 'TrainerGradNonFinite');
        },
        { withinMs: 40_000, everyMs: 200 },
      );
      await until(
        'both runs have finished, and their last step is scraped',
        async () => {
          const samples = await metrics(port);
          const finished = samples.filter(
            ({ name, labels, value }) => name === 'trainer_run_state' && labels.state === 'finished' && value === 1,
          );
          return finished.length === 2;
        },
        { withinMs: 40_000, everyMs: 200 },
      );
      // it ends by itself once the trainer has, so that a job completes
      expect(podman('wait', `${NAME}-nanwatch`)).toBe('0');
      expect(podman('wait', `${NAME}-trainer`)).toBe('0');
    } finally {
      podman('play', 'kube', '--down', file);
    }
  }, 90_000);

  /**
   * Starts services of compose files under docker-compose, with ports of their own, and takes them down after the test.
   *
   * @param local what a machine without the registry needs beside the files
   * @returns runs docker-compose with more arguments, and says what that wrote
   */
  async function composed(
    files: readonly string[],
    local: object,
    services: readonly string[] = [],
  ): Promise<(...args: readonly string[]) => string> {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'local.yml'), stringify({ services: local }).replaceAll('ports:', 'ports: !override'));
    // podman speaks the Docker engine's own language
    const socket = join(folder, 'engine.sock');
    const containers = { ...process.env, CONTAINERS_CONF: join(settings, 'containers.conf') };
    const engine = new Child(podmanPath, ['system', 'service', '--time=0', `unix://${socket}`], { env: containers });
    await engine.until('the engine listens', () => existsSync(socket));
    const stack = [...files, join(folder, 'local.yml')].flatMap((file) => ['-f', file]);
    const run = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(compose, [...stack, '-p', NAME, ...args], {
        encoding: 'utf8',
        env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
      });
      if (status !== 0) throw new Error(`docker-compose ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    onTestFinished(() => {
      run('down', '-v', '-t', '1');
    });
    run('up', '-d', '--no-build', '--pull', 'never', ...services);
    return run;
  }

  /** Waits until the agent in a container has read both runs of the demo trainer. */
  async function bothRead(port: number): Promise<void> {
    await until(
      'both runs are read',
      async () => {
        const samples = await metrics(port);
        const steps = samples.filter(({ name }) => name === 'trainer_step');
        return steps.length === 2 && sampleValue(samples, 'nanwatch_state_persistent') === 1;
      },
      { withinMs: 30_000, everyMs: 200 },
    );
  }

  it("runs under docker-compose beside LLaMA-Factory's own, with a trainer that is root", async () => {
    const [own, port] = [join(temporaryFolder(), 'docker-compose.yml'), await freePort()];
    writeFileSync(own, LLAMA_FACTORY);
    const local = { nanwatch: { image: IMAGE, ports: [`127.0.0.1:${port}:9909`] } };
    await composed([own, resolve('deploy/compose/llamafactory.yaml')], local);
    await bothRead(port);
  }, 60_000);

  it('runs under docker-compose with all around it but Grafana: an alert goes the whole way', async () => {
    const [port, prometheus, alertmanager] = [await freePort(), await freePort(), await freePort()];
    const run = await composed(
      [resolve('deploy/compose/compose.yaml')],
      {
        trainer: { image: IMAGE },
        nanwatch: { image: IMAGE, ports: [`127.0.0.1:${port}:9909`] },
        inbox: { image: IMAGE },
        prometheus: { ports: [`127.0.0.1:${prometheus}:9090`] },
        alertmanager: { ports: [`127.0.0.1:${alertmanager}:9093`] },
      },
      // there is no Grafana to be had without the registry
      ['trainer', 'nanwatch', 'inbox', 'prometheus', 'alertmanager'],
    );
    const asked = async <T>(path: string) =>
      ((await (await fetch(`http://127.0.0.1:${prometheus}/api/v1/${path}`)).json()) as { data: T }).data;
    await bothRead(port);
    await until(
      'Prometheus scrapes the agent and itself',
      async () => {
        const { activeTargets } = await asked<{ activeTargets: { scrapePool: string; health: string }[] }>('targets');
        const up = activeTargets.filter(({ health }) => health === 'up').map(({ scrapePool }) => scrapePool);
        return up.sort().join() === 'nanwatch,prometheus';
      },
      { withinMs: 20_000, everyMs: 200 },
    );
    const { groups } = await asked<{ groups: { name: string; rules: { name: string }[] }[] }>('rules');
    const loaded = groups.map(({ name, rules }) => [name, rules.map((rule) => rule.name)]);
    const shipped = parse(readFileSync('deploy/prometheus/rules/nanwatch.rules.yaml', 'utf8')).groups as {
      name: string;
      rules: { alert?: string; record?: string }[];
    }[];
    const inFile = shipped.map(({ name, rules }) => [name, rules.map(({ alert, record }) => alert ?? record)]);
    expect(Object.fromEntries(loaded)).toEqual(Object.fromEntries(inFile));

    const trouble = { alertname: 'TrainerGradNonFinite', run: 'llama-fp16-intermittent-nan' };
    await until(
      'the alert of the run in trouble fires in Prometheus',
      async () => {
        const { alerts } = await asked<{ alerts: { labels: object; state: string }[] }>('alerts');
        return alerts.some(({ labels, state }) => state === 'firing' && isAbout(trouble, labels));
      },
      // the trainer begins anew every 40 s; what went wrong before the first scrape is history
      { withinMs: 100_000, everyMs: 200 },
    );
    await until(
      'it is in Alertmanager',
      async () => {
        const alerts = await (await fetch(`http://127.0.0.1:${alertmanager}/api/v2/alerts`)).json();
        return (alerts as { labels: object }[]).some(({ labels }) => isAbout(trouble, labels));
      },
      { withinMs: 20_000, everyMs: 200 },
    );
    await until(
      'it is in the inbox',
      // what comes at the same time may stand in one line
      () => run('logs', '--no-log-prefix', 'inbox').includes(`"groupLabels":${JSON.stringify(trouble)}`),
      { withinMs: 20_000, everyMs: 500 },
    );
  }, 180_000);
});
