import { spawnSync } from 'node:child_process';
import { chmodSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, type Program, program } from '../support/programs.ts';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';
import type { World } from './world.ts';

/** The superuser may read everything, so while the agent looks it is nobody. */
function withoutPrivileges(world: World, play: () => void): void {
  chmodSync(world.beside, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    play();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function permit(world: World, path: string, mode: number): void {
  chmodSync(path, mode);
  world.touch(path);
}

scenario('a log loses its permission and gets it back: nothing twice, the rest goes on', (world) => {
  world.write('a', lines(1, 3));
  world.write('b', line(1));
  world.start();
  world.write('a', line(4));
  world.write('b', line(2));
  permit(world, world.log('a'), 0);
  withoutPrivileges(world, () => world.settle());
  expect([world.records('a'), world.records('b')]).toEqual([3, 2]);
  expect(world.watch.problems).toEqual([`${world.log('a')} EACCES`]);
  expect(world.watch.tail.errors.get('EACCES')).toBeGreaterThan(0);
  permit(world, world.log('a'), 0o644);
  withoutPrivileges(world, () => world.settle(6_000));
  world.expectTruth();
  expect(world.watch.healings).toEqual([world.log('a')]);
  expect(world.watch.tail.counts.bytes).toBe(lines(1, 4).length + lines(1, 2).length);
});

scenario('a log that cannot be read at first is read from its first byte', (world) => {
  world.write('a', lines(1, 3));
  chmodSync(world.log('a'), 0);
  withoutPrivileges(world, () => world.start());
  expect(world.watch.problems).toEqual([`${world.log('a')} EACCES`]);
  permit(world, world.log('a'), 0o644);
  world.expectTruth(6_000);
  expect(world.records('a')).toBe(3);
});

for (const mode of [0, 0o400]) {
  scenario(`a folder of mode ${mode.toString(8)} at first is read later`, (world) => {
    world.write('x/a', lines(1, 3));
    world.write('b', line(1));
    const folder = dirname(world.log('x/a'));
    chmodSync(folder, mode);
    withoutPrivileges(world, () => world.start());
    expect(world.watch.tail.errors.get('EACCES')).toBeGreaterThan(0);
    expect(world.records('b')).toBe(1);
    withoutPrivileges(world, () => world.settle(6_000));
    expect(world.watch.problems).toHaveLength(1);
    permit(world, folder, 0o755);
    world.expectTruth(6_000);
    expect(world.records('x/a')).toBe(3);
    expect(world.watch.healings).toHaveLength(1);
  });
}

scenario('the folder of a followed log loses its permission', (world) => {
  world.write('a', lines(1, 3));
  world.start();
  permit(world, join(world.folder, 'a'), 0);
  withoutPrivileges(world, () => world.settle(40_000));
  expect(world.runs).toEqual(['a']);
  expect(world.records('a')).toBe(3);
  permit(world, join(world.folder, 'a'), 0o755);
  world.write('a', line(4));
  world.expectTruth(8_000);
  expect(world.watch.tail.counts.bytes).toBe(lines(1, 4).length);
});

scenario('a link to itself is told once, and stops nothing', (world) => {
  world.makeFolder(join(world.folder, 'a'));
  symlinkSync('trainer_log.jsonl', world.log('a'));
  world.write('b', line(1));
  world.start();
  world.settle(10_000);
  expect(world.watch.problems).toEqual([`${world.log('a')} ELOOP`]);
  world.remove(world.log('a'));
  world.write('a', line(1));
  world.expectTruth(3_000);
});

/** Reading its first byte fails with EIO, since nothing is mapped there. */
const UNREADABLE = '/proc/self/mem';

scenario(
  'a log whose reading fails with EIO is told once, tried less and less often, and read when it heals',
  (world) => {
    world.makeFolder(join(world.folder, 'a'));
    symlinkSync(UNREADABLE, world.log('a'));
    world.write('b', line(1));
    world.start();
    world.settle(20_000);
    expect(world.watch.problems).toEqual([`${world.log('a')} EIO`]);
    const tries = world.watch.tail.errors.get('EIO') ?? 0;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(16);
    expect(world.records('b')).toBe(1);
    world.replace(world.log('a'), lines(1, 3));
    world.expectTruth(6_000);
    expect(world.records('a')).toBe(3);
    expect(world.watch.healings).toEqual([world.log('a')]);
  },
);

scenario('a followed log fails with EIO for a while: nothing twice, the rest goes on', (world) => {
  world.write('a', lines(1, 3));
  world.write('b', line(1));
  world.start();
  const away = join(world.beside, 'away');
  renameSync(world.log('a'), away);
  symlinkSync(UNREADABLE, world.log('a'));
  world.touch(world.log('a'));
  world.write('b', line(2));
  world.settle(6_000);
  expect(world.watch.problems).toEqual([`${world.log('a')} EIO`]);
  expect(world.records('b')).toBe(2);
  renameSync(away, world.log('a'));
  world.touch(world.log('a'));
  world.write('a', line(4));
  world.expectTruth(6_000);
  expect(world.records('a')).toBe(4);
  expect(world.watch.healings).toEqual([world.log('a')]);
});

it('out of descriptors: retried, nothing is counted twice', () => {
  const script = fileURLToPath(new URL('out-of-descriptors.ts', import.meta.url));
  const command = 'ulimit -n 64; exec "$0" --no-warnings "$1" "$2"';
  const run = spawnSync('sh', ['-c', command, process.execPath, script, temporaryFolder()], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toEqual({
    before: [3],
    during: [3],
    problems: ['a EMFILE', 'runs EMFILE'],
    after: [4, 1],
    bytes: lines(1, 4).length + line(1).length,
  });
});

/** A user namespace has limits of its own, which its superuser may set. */
function userNamespaces(): Program {
  const unshare = program('unshare', 'util-linux');
  const probe = ['-Ur', 'sh', '-c', 'echo 9 > /proc/sys/user/max_inotify_watches'];
  if (unshare.path === null || spawnSync(unshare.path, probe).status === 0) return unshare;
  const cure = 'sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0';
  return { ...unshare, path: null, skipReason: `no user namespaces can be made here: ${cure}` };
}

describeWith([userNamespaces()], 'out of what inotify has to give', (unshare = '') => {
  it.each([
    ['max_inotify_watches', 'ENOSPC'],
    ['max_inotify_instances', 'EMFILE'],
  ])('%s: polled, told once, and healed by itself', (limit, reason) => {
    const script = fileURLToPath(new URL('out-of-watches.ts', import.meta.url));
    const command = ['-Ur', process.execPath, '--no-warnings', script, temporaryFolder(), limit];
    const run = spawnSync(unshare, command, { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({
      said: [reason, 'complete'],
      polled: [3, 4, 0],
      records: [8, 4, 4, 2],
    });
  });
});
