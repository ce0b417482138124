import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { kustomized, type Manifest, manifestsOf, typeErrors, validate } from '../support/manifests.ts';
import { describeWith, newerProgram } from '../support/programs.ts';

const FOLDER = 'deploy/kubernetes';

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly securityContext?: object;
  readonly volumeMounts?: readonly { readonly name: string; readonly readOnly?: boolean }[];
}

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly { readonly name: string }[];
  };
}

function read(path: string): string {
  return readFileSync(join(FOLDER, path), 'utf8');
}

/** The pod template in a manifest, however deep: the one that has containers, of a replica that writes the logs. */
function templateOf(value: unknown): PodTemplate | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { spec } = value as PodTemplate;
  if (Array.isArray(spec?.containers)) return value as PodTemplate;
  for (const inner of Object.values(value)) {
    const found = templateOf(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function podTemplate(manifest: Manifest | undefined): PodTemplate {
  const template = templateOf(manifest?.spec ?? manifest?.template ?? manifest);
  if (template === undefined) throw new Error(`no pod template in ${manifest?.kind}`);
  return template;
}

const sidecarTemplate = parse(read('component/sidecar.yaml')).template as PodTemplate;
const sidecar = sidecarTemplate.spec.initContainers?.[0] as Container;
const ordinaryTemplate = parse(read('component-before-1.29/sidecar.yaml')).template as PodTemplate;
const ordinary = ordinaryTemplate.spec.containers[0] as Container;

function lingerSeconds({ args = [] }: Container): number {
  return Number(/--linger=(\d+)s/.exec(args.join(' '))?.[1]);
}

describe('the sidecar', () => {
  it('is native, and never holds up the trainer', () => {
    expect(sidecar.restartPolicy).toBe('Always');
    expect(sidecar).not.toHaveProperty('startupProbe');
  });

  it('may do what the strictest pod security allows, and writes nothing into the runs', () => {
    expect(sidecar.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(sidecar.volumeMounts?.find(({ name }) => name === 'runs')?.readOnly).toBe(true);
  });

  it('lingers for longer than a scrape takes to come, and shorter than the grace period', () => {
    const monitor = parse(read('monitoring/pod-monitor.yaml'));
    const interval = Number.parseInt(monitor.spec.podMetricsEndpoints[0].interval, 10);
    for (const container of [sidecar, ordinary]) {
      expect(lingerSeconds(container)).toBeGreaterThan(interval);
      expect(lingerSeconds(container)).toBeLessThan(30);
    }
  });

  it('is the same in older clusters, but ends by itself', () => {
    const { restartPolicy, args, ...rest } = sidecar;
    expect(ordinary).toEqual({ ...rest, args: ['run', '/runs', '--exit-when-finished', args?.at(-1)] });
    expect(ordinaryTemplate.spec.volumes).toEqual(sidecarTemplate.spec.volumes);
  });

  it('is what the Kyverno policy injects', () => {
    const policy = parse(read('kyverno/policy.yaml'));
    const { spec, metadata } = policy.spec.rules[0].mutate.patchStrategicMerge;
    const [container] = spec.initContainers;
    container.volumeMounts[0].name = 'runs';
    expect({ ...spec, initContainers: [container], containers: [] }).toEqual(sidecarTemplate.spec);
    expect(metadata).toEqual(sidecarTemplate.metadata);
  });
});

it('what is written for the cluster is what rules and dashboards say', () => {
  const { status, stderr } = spawnSync(process.execPath, [`${FOLDER}/build.ts`, '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it.each(['kyverno/policy.yaml', 'monitoring/pod-monitor.yaml', 'monitoring/prometheus-rule.yaml'])(
  '%s has values that its operator accepts',
  async (path) => {
    for (const manifest of manifestsOf(read(path))) await validate(manifest);
  },
);

/** A folder of a user: own jobs, and one of the components. */
function ownKustomization(component: string): string {
  const folder = temporaryFolder();
  cpSync(join(FOLDER, component), join(folder, component), { recursive: true });
  copyFileSync('test/deploy/kubernetes/own-jobs.yaml', join(folder, 'jobs.yaml'));
  mkdirSync(join(folder, 'mine'));
  copyFileSync('test/deploy/kubernetes/own-jobs.yaml', join(folder, 'mine/jobs.yaml'));
  writeFileSync(join(folder, 'mine/kustomization.yaml'), `resources: [jobs.yaml]\ncomponents: [../${component}]\n`);
  return join(folder, 'mine');
}

describeWith([newerProgram('kustomize')], 'kustomize', (kustomize = '') => {
  it.each(['example', 'monitoring', 'network-policy'])(
    'builds %s, of known fields and accepted values',
    async (path) => {
      const manifests = kustomized(kustomize, join(FOLDER, path));
      for (const manifest of manifests) await validate(manifest);
      const known = manifests.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'));
      expect(typeErrors(known.map((value) => ({ kind: value.kind, value })))).toBe('');
    },
  );

  it('finds a field that does not exist, and a value that is not allowed', async () => {
    const [job] = kustomized(kustomize, join(FOLDER, 'example')).filter(({ kind }) => kind === 'Job');
    const planted = structuredClone(job) as Manifest;
    Object.assign(podTemplate(planted).spec.initContainers?.[0] as object, { restartPolicies: 'Always' });
    expect(typeErrors([{ kind: 'Job', value: planted }])).toContain('restartPolicies');
    const wrong = structuredClone(job) as Manifest;
    Object.assign(podTemplate(wrong).spec.initContainers?.[0] as object, { ports: [{ containerPort: 'x' }] });
    await expect(validate(wrong)).rejects.toThrow(/containerPort/);
  });

  describe.each(['component', 'component-before-1.29'])('%s', (component) => {
    const isNative = component === 'component';

    it.each(['Job', 'PyTorchJob', 'TrainingRuntime', 'RayJob'])('puts the agent into a %s', (kind) => {
      const manifests = kustomized(kustomize, ownKustomization(component));
      const template = podTemplate(manifests.find((manifest) => manifest.kind === kind));
      const { containers, initContainers = [], volumes } = template.spec;
      expect(isNative ? initContainers.at(-1) : containers.at(-1)).toEqual(isNative ? sidecar : ordinary);
      expect(volumes?.map(({ name }) => name)).toEqual(['runs', 'nanwatch-state']);
      expect(template.metadata?.labels).toMatchObject({ 'nanwatch.dev/agent': 'sidecar' });
      expect(typeErrors([{ kind: 'PodTemplateSpec', value: template }])).toBe('');
    });

    it('leaves alone what is there, and whom it shall not touch', () => {
      const manifests = kustomized(kustomize, ownKustomization(component));
      const own = manifestsOf(readFileSync('test/deploy/kubernetes/own-jobs.yaml', 'utf8'));
      expect(manifests.map(({ kind }) => kind).sort()).toEqual(own.map(({ kind }) => kind).sort());
      const named = (name: string) => podTemplate(manifests.find(({ metadata }) => metadata.name === name));
      expect(named('unwatched')).toEqual(podTemplate(own.find(({ metadata }) => metadata.name === 'unwatched')));
      const { spec, metadata } = named('job');
      expect(spec.initContainers?.[0]?.name).toBe('fetch-data');
      expect(spec.containers[0]?.name).toBe('trainer');
      expect(metadata?.labels?.team).toBe('nlp');
      const pytorch = manifests.find(({ kind }) => kind === 'PyTorchJob') as Manifest;
      const before = own.find(({ kind }) => kind === 'PyTorchJob') as Manifest;
      const worker = ({ spec }: Manifest) =>
        (spec as { pytorchReplicaSpecs: { Worker: object } }).pytorchReplicaSpecs.Worker;
      expect(worker(pytorch)).toEqual(worker(before));
    });
  });
});
