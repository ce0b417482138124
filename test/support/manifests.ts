import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { temporaryFolder } from './folder.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** The manifests of a YAML file. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** What kustomize builds of a folder. */
export function kustomized(kustomize: string, folder: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync(kustomize, ['build', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return manifestsOf(stdout);
}

/** Where kubernetes-types has the type of a kind. */
const TYPES: Readonly<Record<string, string>> = {
  ConfigMap: 'core/v1',
  PodTemplate: 'core/v1',
  PodTemplateSpec: 'core/v1',
  Job: 'batch/v1',
  NetworkPolicy: 'networking/v1',
};

/** What the compiler says of values, written down as Kubernetes' own types: unknown fields are errors. */
export function typeErrors(values: readonly { readonly kind: string; readonly value: unknown }[]): string {
  const folder = temporaryFolder();
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const lines = values.map(({ kind, value }, index) => {
    const from = `kubernetes-types/${TYPES[kind]}`;
    return `export const value${index}: import('${from}').${kind} = ${JSON.stringify(value)};`;
  });
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2024'];
  const { stdout } = spawnSync(
    'node_modules/.bin/tsc',
    [...options, '--module', 'esnext', '--moduleResolution', 'bundler', join(folder, 'manifests.ts')],
    { encoding: 'utf8' },
  );
  return stdout;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com',
  'kyverno.io': '@kubernetes-models/kyverno/kyverno.io',
};

/** Throws where a manifest has a value that Kubernetes would refuse. */
export async function validate(manifest: Manifest): Promise<void> {
  const [group = '', version] = manifest.apiVersion.includes('/')
    ? manifest.apiVersion.split('/')
    : ['', manifest.apiVersion];
  const folder = PACKAGES[group] ?? ['kubernetes-models', group].filter(Boolean).join('/');
  const models = (await import(`${folder}/${version}`)) as Record<string, new (value: unknown) => { validate(): void }>;
  const Model = models[manifest.kind];
  if (Model === undefined) throw new Error(`${folder} has no ${manifest.kind}`);
  new Model(manifest).validate();
}
