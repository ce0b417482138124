import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
}

const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');
/** `[keyword, rest]` of each instruction, continued lines joined. */
const instructions = dockerfile
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): [string, string] => [line.split(' ', 1).join(), line.slice(line.indexOf(' ') + 1)]);
const lastFrom = instructions.findLastIndex(([keyword]) => keyword === 'FROM');
const runtime = instructions.slice(lastFrom);

function inRuntime(keyword: string): string[] {
  return runtime.flatMap(([own, rest]) => (own === keyword ? [rest] : []));
}

describe('Dockerfile', () => {
  it('fetches no frontend and no base beside the one', () => {
    expect(dockerfile).not.toMatch(/^# *syntax/m);
    const bases = instructions.flatMap(([keyword, rest]) => (keyword === 'FROM' ? [rest.split(' ', 1).join()] : []));
    expect(new Set(bases)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('carries only what runs', () => {
    const carried = inRuntime('COPY').map((rest) => /^--from=build \/app\/(\S+) \.\/\S*$/.exec(rest)?.[1] ?? rest);
    expect(carried.sort()).toEqual(['bin', 'demo', 'dist', 'node_modules', 'package.json', 'sbom.cdx.json']);
  });

  it('leaves the Node of the development dependency behind', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(devDependencies).toHaveProperty('node');
    expect(dependencies).not.toHaveProperty('node');
    const build = instructions.slice(0, lastFrom).filter(([keyword]) => keyword === 'RUN');
    expect(build.map(([, rest]) => rest)).toContainEqual(expect.stringMatching(/npm prune --omit=dev$/));
  });

  it('runs as nobody, without a shell', () => {
    expect(inRuntime('USER')).toEqual(['65532:65532']);
    expect(JSON.parse(inRuntime('ENTRYPOINT').join())).toEqual(['node', '/app/bin/nanwatch.js']);
    expect(JSON.parse(inRuntime('CMD').join())).toEqual(['run', '/runs']);
    expect(inRuntime('HEALTHCHECK').join()).toMatch(/ CMD \["node", "-e", ".*\/-\/healthy.*"\]$/);
    expect(inRuntime('ENV').join()).toContain('NANWATCH_LISTEN=0.0.0.0:9909');
    expect(inRuntime('ENV').join()).toContain('NANWATCH_STATE_DIR=/state');
  });
});

describe('.dockerignore', () => {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n');

  it('lets nothing in but what the build needs', () => {
    expect(lines).toContain('*');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(allowed).toEqual(
      expect.arrayContaining([
        'package.json',
        'package-lock.json',
        'tsconfig.json',
        'vite.config.ts',
        'vite.node.config.ts',
        'src',
        'bin',
      ]),
    );
    expect(allowed).not.toContain('node_modules');
  });
});

describe('compose.yaml', () => {
  const folder = 'deploy/compose';
  const { services, volumes } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')) as Compose;
  const names = Object.keys(services);

  it('has the agent and everything around it', () => {
    expect(names).toEqual(expect.arrayContaining(['trainer', 'nanwatch', 'prometheus', 'alertmanager', 'grafana']));
  });

  it.each(names)('%s is reached from this machine only', (name) => {
    for (const port of services[name]?.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(names)('%s mounts what is there', (name) => {
    for (const mount of services[name]?.volumes ?? []) {
      const source = mount.split(':', 1).join();
      if (source.startsWith('.')) expect(existsSync(join(folder, source)), source).toBe(true);
      else expect(volumes).toHaveProperty(source);
    }
  });

  it('lets the agent read the runs and never write them', () => {
    expect(services.nanwatch?.volumes).toContain('runs:/runs:ro');
    expect(services.trainer?.volumes).toContain('runs:/runs');
    expect(services.trainer?.entrypoint).toEqual([
      'node',
      '/app/demo/trainer.js',
      '--from',
      '/app/demo/runs',
      '--into',
      '/runs',
    ]);
  });

  it('builds the image of this Dockerfile', () => {
    const { context = '', dockerfile: file = '' } = services.nanwatch?.build ?? {};
    expect(existsSync(join(folder, context, file))).toBe(true);
    expect(existsSync(join(folder, context, 'package.json'))).toBe(true);
    expect(dirname(file)).toBe('deploy');
  });

  it('starts Prometheus and Alertmanager with the files that are mounted', () => {
    expect(services.prometheus?.command).toContain('--config.file=/etc/prometheus/prometheus.yml');
    expect(services.alertmanager?.command).toContain('--config.file=/etc/alertmanager/alertmanager.yml');
    const target = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')).scrape_configs[0];
    expect(target).toMatchObject({ job_name: 'nanwatch', static_configs: [{ targets: ['nanwatch:9909'] }] });
  });
});
