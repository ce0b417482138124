import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
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
];

/** LLaMA-Factory's own compose file, with a trainer that is root as there, and a volume that is empty at first. */
const LLAMA_FACTORY = `services:
  llamafactory:
    image: ${IMAGE}
    user: "0:0"
    entrypoint: [node, /app/demo/trainer.js, --from, /app/demo/runs, --into, /app/saves]
    healthcheck: { disable: true }
`;

describeWith(PROGRAMS, 'the image', (podmanPath = '', _runc, kustomize = '', compose = '') => {
  beforeAll(() => {
    // crun cannot start containers where cgroups are of both versions; more descriptors than the machine has are refused
    writeFileSync(
      join(settings, 'containers.conf'),
      '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]\n',
    );
    const { status, stderr } = spawnSync('bash', ['test/stand-in-base.sh'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
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

  it.each([
    ['the demo stack', ['deploy/compose/compose.yaml'], ['trainer', 'nanwatch', 'inbox']],
    ["LLaMA-Factory's own, with a trainer that is root", ['deploy/compose/llamafactory.yaml'], []],
  ])('runs under docker-compose: %s', { timeout: 60_000 }, async (_, files, services) => {
    const [folder, port] = [temporaryFolder(), await freePort()];
    const own = join(folder, 'docker-compose.yml');
    writeFileSync(own, services.length === 0 ? LLAMA_FACTORY : '');
    const local = join(folder, 'local.yml');
    writeFileSync(
      local,
      `services:\n  nanwatch:\n    image: ${IMAGE}\n    ports: !override ["127.0.0.1:${port}:9909"]\n` +
        services
          .filter((name) => name !== 'nanwatch')
          .map((name) => `  ${name}: { image: '${IMAGE}' }\n`)
          .join(''),
    );
    // podman speaks the Docker engine's own language
    const socket = join(folder, 'engine.sock');
    const containers = { ...process.env, CONTAINERS_CONF: join(settings, 'containers.conf') };
    const engine = new Child(podmanPath, ['system', 'service', '--time=0', `unix://${socket}`], { env: containers });
    await engine.until('the engine listens', () => existsSync(socket));
    const all = [...(services.length === 0 ? [own] : []), ...files.map((file) => resolve(file)), local];
    const run = (...args: readonly string[]) =>
      spawnSync(compose, [...all.flatMap((file) => ['-f', file]), '-p', NAME, ...args], {
        encoding: 'utf8',
        env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
      });
    const { status, stderr } = run('up', '-d', '--no-build', '--pull', 'never', ...services);
    try {
      expect(status, stderr).toBe(0);
      await until(
        'both runs are read',
        async () => {
          const samples = await metrics(port);
          const steps = samples.filter(({ name }) => name === 'trainer_step');
          return steps.length === 2 && sampleValue(samples, 'nanwatch_state_persistent') === 1;
        },
        { withinMs: 30_000, everyMs: 200 },
      );
    } finally {
      run('down', '-v', '-t', '1');
    }
  });
});
