// npm run bench: prints the table; with --write it goes to docs/benchmarks.md too. Needs a build (npm run build).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { catchUp } from './catch-up.ts';
import { idle, scrapeWhileBusy } from './idle.ts';
import { latency } from './latency.ts';
import { readers } from './readers.ts';
import { markdown, type Row } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'nanwatch-bench-'));
const rows: Row[] = [];

async function measure(name: string, section: (folder: string) => Row | Row[] | Promise<Row | Row[]>): Promise<void> {
  process.stderr.write(`${name} ...\n`);
  const own = join(folder, name);
  mkdirSync(own);
  rows.push(...[await section(own)].flat());
  rmSync(own, { recursive: true, force: true });
}

try {
  await measure('catch-up', catchUp);
  await measure('readers', readers);
  await measure('latency', latency);
  await measure('idle', idle);
  await measure('busy', scrapeWhileBusy);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${process.platform}`;
const page = `# Benchmarks

\`npm run bench -- --write\` measured this on ${machine}. CPU times are the mean of the lesser half of fifteen runs by turns; machines differ, so look at the ratios.

${markdown(rows)}
`;
process.stdout.write(page);
if (process.argv.includes('--write')) writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), page);
