import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/**
 * The floors, from the ground up. A room imports from itself and from floors below its own. Rooms of one floor do not
 * know each other, except those that are said to in `BESIDE`.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['assembly', 'version'],
  ['model', 'statistics'],
  ['formats', 'runs', 'signals', 'detectors', 'incidents', 'knowledge', 'text'],
  ['pipeline'],
  ['view'],
  ['tail', 'notify', 'metrics', 'server'],
  ['config', 'replay', 'follow', 'notices', 'bad-lines', 'logging', 'memory', 'state-dir'],
  ['teller', 'broadcast', 'repeater', 'outside', 'standard-input'],
  ['app'],
  ['cli'],
];

/** Imports within a floor. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  signals: ['runs'],
  detectors: ['runs', 'signals'],
  incidents: ['detectors', 'runs', 'signals'],
};

/** Wire types and texts are all that the page shares with the agent. */
const PAGE_MAY_IMPORT = ['model', 'view', 'text'];

/** Pure rooms: no file, socket, clock or logger. */
const PURE = [
  'model',
  'statistics',
  'formats',
  'runs',
  'signals',
  'detectors',
  'incidents',
  'knowledge',
  'text',
  'pipeline',
];
const IMPURE =
  /from 'node:(fs|net|http|https|child_process|timers|sqlite|os)|\bDate\.now\(|\bset(Timeout|Interval|Immediate)\(|from '(pino|chokidar|ws|prom-client)'/;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));

function roomOf(path: string): string {
  const [room = ''] = relative(SRC, path).split('/');
  return room.replace(/\.tsx?$/, '');
}

function importsOf(file: string): Import[] {
  const path = join(SRC, file);
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) => ({
    file,
    from: roomOf(path),
    to: roomOf(resolve(dirname(path), target)),
  }));
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function mayImport({ from, to }: Import): boolean {
  if (from === to) return true;
  if (from === 'web') return PAGE_MAY_IMPORT.includes(to);
  return floorOf(to) < floorOf(from) || (BESIDE[from]?.includes(to) ?? false);
}

it('gives every room a floor', () => {
  const rooms = new Set(files.map((file) => roomOf(join(SRC, file))));
  rooms.delete('web');
  const homeless = [...rooms].filter((room) => floorOf(room) === -1);
  expect(homeless, 'rooms without a floor: add each to FLOORS, as low as its imports allow').toEqual([]);
});

it('imports only from floors below', () => {
  const upward = files
    .flatMap(importsOf)
    .filter((one) => !mayImport(one))
    .map(({ file, from, to }) => `src/${file}: ${from} may not import ${to}`);
  expect(upward, 'move what is shared to a floor below both, or hand it in as an argument').toEqual([]);
});

it('keeps the pure rooms pure', () => {
  const impure = files
    .filter((file) => PURE.includes(roomOf(join(SRC, file))))
    .filter((file) => IMPURE.test(readFileSync(join(SRC, file), 'utf8')));
  expect(impure, 'take the time as an argument, and leave files, sockets and timers to the edges').toEqual([]);
});

it('has no circle of files', () => {
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const path = join(SRC, file);
    const targets = [...readFileSync(path, 'utf8').matchAll(/^import (?!type\b)[^;]*?from\s+'(\.[^']+)'/gms)];
    graph.set(
      path,
      targets.map(([, target = '']) => resolve(dirname(path), target)),
    );
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path))
      circles.push([...trail.slice(trail.indexOf(path)), path].map((at) => relative(SRC, at)).join(' > '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  expect(circles, 'take what both need into a file of its own').toEqual([]);
});
