import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Answer } from './routes.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

const POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * The page as it was built, read once into memory: nothing that a request says is ever part of a file name.
 *
 * @param folder where the build put it
 * @returns answers by path; empty when there is no such folder
 */
export function loadPage(folder: string): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const path of filesUnder(folder)) {
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const contentType = TYPES[extname(path)];
    if (contentType === undefined) continue;
    const isHtml = contentType.startsWith('text/html');
    // names of assets hold a hash of their content
    const headers = isHtml
      ? { 'Cache-Control': 'no-cache', 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'no-referrer' }
      : { 'Cache-Control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' };
    answers.set(name, { status: 200, contentType, body: readFileSync(path), headers });
  }
  const index = answers.get('/index.html');
  if (index !== undefined) answers.set('/', index);
  return answers;
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
