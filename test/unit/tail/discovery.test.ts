import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { Discovery } from '../../../src/tail/discovery.ts';
import { temporaryFolder } from '../../support/folder.ts';

let root: string;
let found: string[];
let events: string[];

beforeEach(() => {
  root = join(temporaryFolder(), 'runs');
  found = [];
  events = [];
});

function discovery(path = root): Discovery {
  const name = (folder: string) => folder.slice(root.length) || '/';
  return new Discovery(
    path,
    ({ run }) => found.push(run),
    (failed, reason) => events.push(`${reason} ${name(failed)}`),
    {
      folder: (folder) => events.push(`+ ${name(folder)}`),
      folderGone: (folder) => events.push(`- ${name(folder)}`),
      healthy() {},
      isFollowed: () => false,
    },
  );
}

function makeLog(run: string): void {
  mkdirSync(join(root, run), { recursive: true });
  writeFileSync(join(root, run, 'trainer_log.jsonl'), '');
}

it('names runs by their folder, relative to the watched path', () => {
  for (const run of ['', 'a', 'x/y/b']) makeLog(run);
  expect(discovery().scan(0)).toBe(true);
  expect(found).toEqual(['runs', 'a', 'x/y/b']);
});

it('a watched log names its run by its folder', () => {
  makeLog('a');
  discovery(join(root, 'a', 'trainer_log.jsonl')).scan(0);
  expect(found).toEqual(['a']);
  expect(events).toEqual(['+ /a']);
});

it('says when a watched path is not there', () => {
  expect(discovery().scan(0)).toBe(false);
});

it('prefers real folders to links, and the shorter way', () => {
  makeLog('z/real');
  symlinkSync(join(root, 'z', 'real'), join(root, 'a-link'));
  discovery().scan(0);
  expect(found).toEqual(['z/real']);
});

it('lists a quiet folder no more than twice', () => {
  makeLog('a');
  const one = discovery();
  for (let nowMs = 0; nowMs < 20_000; nowMs += 1_000) one.scan(nowMs);
  expect(found).toEqual(['a', 'a']);
  for (let nowMs = 20_000; nowMs < 40_000; nowMs += 1_000) one.scan(nowMs);
  expect(found).toEqual(['a', 'a', 'a']);
});

it('lists a folder whose time of change has moved', () => {
  makeLog('a');
  const one = discovery();
  for (let nowMs = 0; nowMs < 5_000; nowMs += 1_000) one.scan(nowMs);
  utimesSync(join(root, 'a'), 5, 5);
  found = [];
  one.scan(5_000);
  expect(found).toEqual(['a']);
});

it('says which folders came and went, also when another one took the name', () => {
  makeLog('a');
  const one = discovery();
  one.scan(0);
  expect(events.splice(0)).toEqual(['+ /', '+ /a']);
  renameSync(join(root, 'a'), join(root, 'b'));
  makeLog('a');
  one.scan(10_000);
  expect(events.splice(0).sort()).toEqual(['+ /a', '+ /b', '- /a']);
  rmSync(join(root, 'a'), { recursive: true });
  one.scan(20_000);
  expect(events).toEqual(['- /a']);
});

it('a folder that was moved is found under its new name by one look', () => {
  makeLog('a');
  const one = discovery();
  for (let nowMs = 0; nowMs < 5_000; nowMs += 1_000) one.scan(nowMs);
  renameSync(join(root, 'a'), join(root, 'b'));
  found = [];
  one.notice(join(root, 'b'), 5_000);
  expect(found).toEqual(['b']);
});

it('a notice of something that is not under the watched path changes nothing', () => {
  makeLog('a');
  const one = discovery(join(root, 'a'));
  one.scan(0);
  found = [];
  makeLog('b');
  one.notice(join(root, 'b'), 0);
  one.notice(join(root, 'b', 'trainer_log.jsonl'), 0);
  expect(found).toEqual([]);
});

it('one look at a folder that was made anew finds what was made anew in it', () => {
  makeLog('x/y/a');
  const one = discovery();
  for (let nowMs = 0; nowMs < 5_000; nowMs += 1_000) one.scan(nowMs);
  rmSync(join(root, 'x'), { recursive: true });
  makeLog('x/y/a');
  events = [];
  one.notice(join(root, 'x'), 5_000);
  expect(events.sort()).toEqual(['+ /x', '+ /x/y', '+ /x/y/a', '- /x', '- /x/y', '- /x/y/a']);
});

it('of many links to one folder the first one by name is taken', () => {
  mkdirSync(root);
  mkdirSync(`${root}-outside`);
  writeFileSync(join(`${root}-outside`, 'trainer_log.jsonl'), '');
  for (const name of ['m', 'z', 'c', 'k', 'b', 'x', 'd', 'q']) symlinkSync(`${root}-outside`, join(root, name));
  discovery().scan(0);
  expect(found).toEqual(['b']);
});
