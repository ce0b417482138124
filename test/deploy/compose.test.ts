import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, newerProgram, program } from '../support/programs.ts';

/** LLaMA-Factory's docker/docker-cuda/docker-compose.yml, as far as it matters. */
const LLAMA_FACTORY = `services:
  llamafactory:
    image: llamafactory
    container_name: llamafactory
    ports: ["7860:7860", "8000:8000"]
    ipc: host
    tty: true
    stdin_open: true
    command: bash
`;

interface Composed {
  readonly services: Readonly<
    Record<string, { readonly volumes?: readonly { source: string; target: string; read_only?: boolean }[] }>
  >;
}

describeWith([newerProgram('docker-compose')], 'docker-compose', (compose = '') => {
  /** What it makes of the files. */
  function composed(...files: readonly string[]): Composed {
    const args = files.flatMap((file) => ['-f', file]);
    const { status, stdout, stderr } = spawnSync(compose, [...args, 'config'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return parse(stdout) as Composed;
  }

  it('accepts the whole stack', () => {
    expect(Object.keys(composed('deploy/compose/compose.yaml').services)).toContain('grafana');
  });

  it("puts the agent beside LLaMA-Factory's own service, on one volume that it only reads", () => {
    const own = join(temporaryFolder(), 'docker-compose.yml');
    writeFileSync(own, LLAMA_FACTORY);
    const { services } = composed(own, resolve('deploy/compose/llamafactory.yaml'));
    expect(services.llamafactory).toMatchObject({ container_name: 'llamafactory', ipc: 'host' });
    expect(services.llamafactory?.volumes).toMatchObject([{ source: 'saves', target: '/app/saves' }]);
    expect(services.nanwatch?.volumes?.[0]).toMatchObject({ source: 'saves', target: '/runs', read_only: true });
  });
});

describeWith([program('systemd-analyze', 'systemd')], 'systemd', (analyze = '') => {
  it('finds little to attack in the unit', () => {
    const unit = 'deploy/systemd/nanwatch.service';
    const { stdout } = spawnSync(analyze, ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
    expect(Number(/exposure level for nanwatch\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  });
});
