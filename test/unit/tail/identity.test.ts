import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { Identity, type Relation } from '../../../src/tail/identity.ts';
import { temporaryFolder } from '../../support/folder.ts';

const LARGE = 200_000;
let path: string;
let nowMs: number;
let identity: Identity;

beforeEach(() => {
  path = join(temporaryFolder(), 'log');
  nowMs = 1_000_000;
  identity = new Identity();
});

/** Opens the file as a look does. */
function opened<T>(use: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function read(content: string | Buffer): void {
  writeFileSync(path, content);
  opened((descriptor) => {
    const stats = fstatSync(descriptor);
    identity.begin(stats, nowMs);
    identity.advance(readFileSync(path));
    identity.rest(stats);
  });
}

function compared(): Relation {
  return opened((descriptor) => identity.compare(descriptor, fstatSync(descriptor), nowMs));
}

function isUntouched(): boolean {
  return opened((descriptor) => identity.isUntouched(fstatSync(descriptor), nowMs));
}

/** Writes over the middle, and moves the time of change as far as a coarse clock does. */
function writeOverMiddle(size: number): void {
  const content = readFileSync(path);
  content.write('y', size / 2);
  writeFileSync(path, content);
  utimesSync(path, 1, 1);
}

it.each([0, 1, 1_023, 1_024, 1_025, 65_536, 65_537, LARGE])('an append to %i bytes is the same file', (size) => {
  read('x'.repeat(size));
  expect(isUntouched()).toBe(true);
  appendFileSync(path, 'more');
  expect(isUntouched()).toBe(false);
  expect(compared()).toBe('same');
});

it('a file of the same content under another inode is another file', () => {
  read('same');
  writeFileSync(`${path}.new`, 'same');
  renameSync(`${path}.new`, path);
  expect(compared()).toBe('replaced');
});

it('a file cut back to its beginning is doubtful, one with another beginning is not', () => {
  read('one two three');
  truncateSync(path, 5);
  expect(compared()).toBe('shorter');
  writeFileSync(path, 'other');
  expect(compared()).toBe('rewritten');
});

it.each([10, LARGE])('a middle that was written over in %i bytes is found at the next proof', (size) => {
  read('x'.repeat(size));
  writeOverMiddle(size);
  nowMs += 2_000;
  expect(isUntouched()).toBe(false);
  expect(compared()).toBe('rewritten');
});

it('of a large file the whole is compared only now and then', () => {
  read('x'.repeat(LARGE));
  writeOverMiddle(LARGE);
  expect(compared()).toBe('same');
  nowMs += 2_000;
  expect(compared()).toBe('rewritten');
});

it('a large file that was proven rests', () => {
  read('x'.repeat(LARGE));
  nowMs += 2_000;
  expect(isUntouched()).toBe(false);
  expect(compared()).toBe('same');
  opened((descriptor) => identity.rest(fstatSync(descriptor)));
  nowMs += 1_000_000;
  expect(isUntouched()).toBe(true);
});

it('bytes before the offset tell a file that was cut and has grown beyond it', () => {
  read('x'.repeat(LARGE));
  writeFileSync(path, 'x'.repeat(LARGE - 10) + 'y'.repeat(20));
  expect(compared()).toBe('rewritten');
});

it('the beginning tells a file whose bytes before the offset are the same', () => {
  read('x'.repeat(LARGE));
  writeFileSync(path, 'y'.repeat(2_000) + 'x'.repeat(LARGE));
  expect(compared()).toBe('rewritten');
});
