import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Outbox, type OutboxOptions } from '../../../src/notify/outbox.ts';
import { StateLockedError } from '../../../src/notify/outbox-file.ts';
import type { Pending } from '../../../src/notify/outbox-rows.ts';
import { notice, resolved, START_MS, temporaryFolder } from './support.ts';

function open(folder: string | null, options: Partial<OutboxOptions> = {}): Outbox {
  const outbox = new Outbox({ folder, nowMs: START_MS, ...options });
  onTestFinished(() => outbox.close());
  return outbox;
}

const OUTBOX = new URL('../../../src/notify/outbox.ts', import.meta.url).href;

/** Runs `script` in another process, with `Outbox` at hand; resolves with its first line. */
async function elsewhere(script: string, limit = ''): Promise<{ child: ChildProcess; line: string }> {
  const program = `import { Outbox } from ${JSON.stringify(OUTBOX)};\n${script}`;
  const command = `${limit} exec "$0" --input-type=module -e "$1"`;
  const child = spawn('sh', ['-c', command, process.execPath, program], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, line };
}

const HOLD = (folder: string) => `
  const outbox = new Outbox({ folder: ${JSON.stringify(folder)}, nowMs: 1 });
  outbox.rememberRun('held', 42);
  console.log('holding');
  process.stdin.resume();`;

function alter(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('what was told', () => {
  test('is remembered with its count, across a restart', () => {
    const folder = temporaryFolder();
    const before = open(folder);
    before.rememberRun('saves/run', START_MS);
    before.rememberRun('saves/run', START_MS + 5);
    expect(before.told('incident-1', 'a')).toBeNull();
    before.enqueue('a', notice(), START_MS);
    before.enqueue('a', notice({ severity: 'critical' }), START_MS + 1);
    before.markTold('b', notice(), START_MS);
    before.close();

    const after = open(folder);
    expect(after.firstSeen('saves/run')).toBe(START_MS);
    expect(after.firstSeen('saves/other')).toBeNull();
    expect(after.told('incident-1', 'a')).toEqual({
      status: 'firing',
      severity: 'critical',
      seq: 2,
      open: true,
      atMs: START_MS + 1,
    });
    expect(after.told('incident-1', 'b')).toEqual({
      status: 'firing',
      severity: 'warning',
      seq: 0,
      open: false,
      atMs: START_MS,
    });
    expect(after.pendingCount('a')).toBe(2);
    expect(after.pendingCount('b')).toBe(0);
    expect(after.problems).toEqual([]);
    expect(after.persistent).toBe(true);
  });

  test('keeps its count when it is only marked', () => {
    const outbox = open(null);
    outbox.enqueue('a', notice(), START_MS);
    outbox.markTold('a', resolved(), START_MS);
    expect(outbox.told('incident-1', 'a')).toEqual({
      status: 'resolved',
      severity: 'warning',
      seq: 1,
      open: false,
      atMs: START_MS,
    });
  });

  test('is open from the firing that was sent to the end that was sent or remembered', () => {
    const outbox = open(temporaryFolder());
    for (const incidentId of ['history', 'sent', 'ended', 'hushed']) {
      if (incidentId === 'history') outbox.markTold('a', notice({ incidentId }), START_MS);
      else outbox.enqueue('a', notice({ incidentId }), START_MS);
    }
    outbox.enqueue('a', notice({ incidentId: 'sent', severity: 'critical' }), START_MS);
    outbox.enqueue('a', notice({ incidentId: 'elsewhere', runKey: 'other' }), START_MS);
    outbox.enqueue('a', resolved({ incidentId: 'ended' }), START_MS);
    outbox.markTold('a', resolved({ incidentId: 'hushed' }), START_MS);
    expect(outbox.open('saves/run', 'a')).toEqual([notice({ incidentId: 'sent', severity: 'critical' })]);
    expect(outbox.open('saves/run', 'b')).toEqual([]);
  });

  test('is forgotten with its run, and not while the run is known', () => {
    const outbox = open(null);
    for (const [runKey, atMs] of [
      ['old', 1],
      ['idle', 1],
      ['live', 1],
      ['live', 100],
    ] as const)
      outbox.rememberRun(runKey, atMs);
    outbox.markTold('a', resolved({ incidentId: 'of old', runKey: 'old' }), 2);
    outbox.markTold('a', resolved({ incidentId: 'of live', runKey: 'live' }), 2);
    outbox.enqueue('a', notice({ incidentId: 'of idle', runKey: 'idle' }), 60);
    outbox.prune(50, 60);
    expect(['old', 'idle', 'live'].map((key) => outbox.firstSeen(key))).toEqual([null, 1, 1]);
    expect(['of old', 'of idle', 'of live'].map((id) => outbox.told(id, 'a')?.status)).toEqual([
      undefined,
      'firing',
      'resolved',
    ]);
    expect(outbox.pendingCount('a')).toBe(1);
    outbox.prune(1_000, 1_000);
    expect(outbox.pendingCount('a')).toBe(0);
  });
});

describe('what is pending', () => {
  test('comes in its order, one receiver apart from another', () => {
    const outbox = open(temporaryFolder());
    outbox.enqueue('a', notice(), START_MS);
    outbox.enqueue('b', notice({ incidentId: 'incident-2' }), START_MS);
    outbox.enqueue('a', resolved(), START_MS + 1);
    const first = outbox.nextDue('a');
    expect(first).toMatchObject({
      notice: notice(),
      seq: 1,
      createdMs: START_MS,
      attempts: 0,
      nextAttemptMs: START_MS,
    });
    outbox.retryAt(first?.id ?? 0, START_MS + 0.4);
    expect(outbox.nextDue('a')).toMatchObject({ id: first?.id, attempts: 1, nextAttemptMs: START_MS });
    outbox.delivered(first?.id ?? 0);
    const second = outbox.nextDue('a');
    expect(second).toMatchObject({ notice: resolved(), seq: 2 });
    outbox.dropped(second as Pending, 'HTTP 404', START_MS);
    expect(outbox.nextDue('a')).toBeNull();
    expect(outbox.nextDue('b')?.notice.incidentId).toBe('incident-2');
  });

  test('is bounded: the oldest go, but not the one that may be on its way', () => {
    const outbox = open(null, { maxPending: 3 });
    const put = (n: number, sending: readonly number[] = []) =>
      outbox.enqueue('a', notice({ incidentId: `${n}` }), START_MS, { sending });
    put(1);
    const sending = [outbox.nextDue('a')?.id ?? 0];
    const lost = [2, 3, 4, 5].map((n) => put(n, sending).map((pending) => pending.notice.incidentId));
    expect(lost).toEqual([[], [], ['2'], ['3']]);
    const left: string[] = [];
    for (let head = outbox.nextDue('a'); head !== null; head = outbox.nextDue('a')) {
      left.push(head.notice.incidentId);
      outbox.delivered(head.id);
    }
    expect(left).toEqual(['1', '4', '5']);
  });

  test('needs a bound', () => {
    expect(() => new Outbox({ folder: null, nowMs: 0, maxPending: 0 })).toThrow(/maxPending of the outbox is 0/);
  });
});

describe('the file', () => {
  test('and its folder are made for their owner only', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    open(folder).enqueue('a', notice(), START_MS);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('700');
    for (const name of readdirSync(folder)) expect(`${name} ${mode(join(folder, name))}`).toBe(`${name} 600`);
  });

  test('belongs to one agent, in the same process and in another', async () => {
    const folder = temporaryFolder();
    const outbox = open(folder);
    expect(() => open(folder)).toThrow(StateLockedError);
    expect(() => open(folder)).toThrow(`${folder} is in use by another nanwatch agent`);
    const { line } = await elsewhere(`
      try { new Outbox({ folder: ${JSON.stringify(folder)}, nowMs: 1 }); console.log('opened'); }
      catch (error) { console.log(error.name, error.message); }`);
    expect(line).toMatch(/^StateLockedError .*--state-dir/);
    outbox.rememberRun('still mine', 1);
    expect(outbox.persistent).toBe(true);
    outbox.close();
    expect(open(folder).firstSeen('still mine')).toBe(1);
  });

  test('is free again after kill -9, with all that was in it', async () => {
    const folder = temporaryFolder();
    const { child, line } = await elsewhere(HOLD(folder));
    expect(line).toBe('holding');
    expect(() => open(folder)).toThrow(StateLockedError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const outbox = open(folder);
    expect(outbox.firstSeen('held')).toBe(42);
    expect(outbox.problems).toEqual([]);
  });

  test.each([
    ['garbage', (file: string) => writeFileSync(file, 'not a database at all\n'.repeat(500))],
    ['a few bytes', (file: string) => writeFileSync(file, 'x')],
    ['torn', (file: string) => truncateSync(file, 8_192)],
    ['of another version', (file: string) => alter(file, 'PRAGMA user_version = 99')],
    [
      'of another program',
      (file: string) => alter(file, 'DROP TABLE pending; CREATE TABLE pending (x); PRAGMA user_version = 0'),
    ],
  ])('is moved aside when it is %s', (_, spoil) => {
    const folder = temporaryFolder();
    const file = join(folder, 'outbox.sqlite');
    const before = new Outbox({ folder, nowMs: START_MS });
    before.rememberRun('forgotten', 1);
    before.close();
    spoil(file);
    const content = readFileSync(file);

    const outbox = open(folder);
    const aside = `${file}.broken-2026-01-02T03-04-05-000Z`;
    expect(outbox.problems).toEqual([expect.stringContaining(`moved to ${aside}`)]);
    expect(readFileSync(aside)).toEqual(content);
    expect(outbox.persistent).toBe(true);
    expect(outbox.firstSeen('forgotten')).toBeNull();
    outbox.rememberRun('new', 2);
    outbox.close();
    const again = open(folder);
    expect(again.firstSeen('new')).toBe(2);
    expect(again.problems).toEqual([]);
  });

  test('may be empty', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'outbox.sqlite'), '');
    expect(open(folder).problems).toEqual([]);
  });
});

describe('without a usable folder it works in memory and says so', () => {
  test.each([
    ['a path below a file', (folder: string) => writeFileSync(join(folder, 'state'), ''), 'state/below', 'ENOTDIR'],
    [
      'a folder in the place of the file',
      (folder: string) => mkdirSync(join(folder, 'outbox.sqlite')),
      '',
      'unable to open',
    ],
  ])('%s', (_, prepare, below, reason) => {
    const folder = temporaryFolder();
    prepare(folder);
    const problems: string[] = [];
    const outbox = open(join(folder, below), { onProblem: (problem) => problems.push(problem) });
    expect(outbox.persistent).toBe(false);
    expect(outbox.problems).toEqual([expect.stringMatching(new RegExp(`cannot be used \\(.*${reason}.*--state-dir`))]);
    expect(problems).toEqual(outbox.problems);
    outbox.enqueue('a', notice(), START_MS);
    expect(outbox.nextDue('a')?.notice).toEqual(notice());
  });

  test('a device that is full', () => {
    if (!existsSync('/dev/full')) return;
    const folder = temporaryFolder();
    const outbox = open(join('/dev/full', folder));
    expect(outbox.persistent).toBe(false);
  });

  test('none asked for is no problem', () => {
    const outbox = open(null);
    expect(outbox.persistent).toBe(false);
    expect(outbox.problems).toEqual([]);
  });
});

test('when the disk takes no more it goes on in memory with all it held, says so once, and keeps the lock', async () => {
  const folder = temporaryFolder();
  const script = `
    const outbox = new Outbox({ folder: ${JSON.stringify(folder)}, nowMs: 1 });
    const notice = (n) => ({ incidentId: 'i' + n, runKey: 'run', status: 'firing', severity: 'info',
      labels: {}, annotations: { text: 'x'.repeat(3_000) }, startsAtMs: 1, endsAtMs: null, generatorUrl: '' });
    outbox.rememberRun('run', 7);
    for (let n = 0; n < 200; n++) outbox.enqueue('a', notice(n), n);
    console.log(JSON.stringify({ persistent: outbox.persistent, problems: outbox.problems, pending: outbox.pendingCount('a'),
      first: outbox.nextDue('a').notice.incidentId, told: outbox.told('i199', 'a'), run: outbox.firstSeen('run') }));
    process.stdin.on('end', () => { outbox.close(); console.log('closed'); }).resume();`;
  const { child, line } = await elsewhere(script, 'ulimit -f 256;');
  expect(JSON.parse(line)).toEqual({
    persistent: false,
    problems: [expect.stringMatching(/can no longer be used \(.*kept in memory from now on.*Make room/)],
    pending: 200,
    first: 'i0',
    told: { status: 'firing', severity: 'info', seq: 1, open: true, atMs: 199 },
    run: 7,
  });
  expect(() => open(folder)).toThrow(StateLockedError);
  child.stdin?.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  const after = open(folder);
  expect(after.problems).toEqual([]);
  expect(after.nextDue('a')?.notice.incidentId).toBe('i0');
  expect(after.pendingCount('a')).toBeLessThan(200);
});

test('is not used after it is closed', () => {
  const outbox = open(temporaryFolder());
  outbox.close();
  outbox.close();
  expect(() => outbox.told('x', 'a')).toThrow(/outbox is closed/);
});
