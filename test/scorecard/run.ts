// npm run scorecard [-- FOLDER ...] [--write]: how what check reports compares with labels.jsonl; the figures go to
// docs/scorecard.md with --write. Without a folder it takes the fixtures. Needs a build (npm run build).
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardOf } from './card.ts';
import { details } from './details.ts';
import { figures } from './figures.ts';

const FIXTURES = ['runs', 'llamafactory'].map((name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('--'));
const cards = (named.length > 0 ? named : FIXTURES).map((folder) => {
  process.stderr.write(`${folder} ...\n`);
  return cardOf(basename(resolve(folder)), folder);
});
const page = `# Scorecard

\`npm run scorecard -- FOLDER ... --write\` compared what \`nanwatch check\` reports with the labels of recorded runs. Ambiguous runs are left out of right and wrong.

${figures(cards)}
`;
process.stdout.write(`${page}\n${details(cards)}`);
if (args.includes('--write')) writeFileSync(new URL('../../docs/scorecard.md', import.meta.url), page);
