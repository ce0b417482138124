import { type Card, faulty, healthy } from './card.ts';
import type { Judged, JudgedTrouble, Outcome } from './judge.ts';
import { isFound, KINDS } from './kinds.ts';

/** The tables: figures only, no name of a run and nothing of what logs hold. */
export function figures(cards: readonly Card[]): string {
  return [
    folders(cards),
    '## What is found',
    'Of what must be found. The extent of an incident is its first and last step and the count of its bad records. What may be found, but need not, is in the last column.',
    kinds(cards),
    '## Not yet',
    'Labelled, and nothing looks for it yet.',
    notYet(cards),
    '## Bad lines',
    'Lines and entries that are counted as no records.',
    badLines(cards),
  ].join('\n\n');
}

function folders(cards: readonly Card[]): string {
  const head = ['', ...cards.map(({ name }) => name)];
  const row = (what: string, value: (card: Card) => string | number) => [what, ...cards.map(value)];
  return table(head, [
    row('runs', ({ judged }) => judged.length),
    row('labelled, but not seen', ({ unseen }) => unseen.length),
    row('crashes', ({ crashes }) => crashes.length),
    row('healthy runs', (card) => healthy(card).length),
    row('healthy runs with an alert of warning or above', (card) => alarmed(healthy(card))),
    row('faulty runs', (card) => faulty(card).length),
    row('faulty runs with an alert that no label explains', (card) => alarmed(faulty(card))),
    row('runs that are critical, but healed by themselves', (card) =>
      count(card, ({ tooSevere }) => tooSevere.length > 0),
    ),
    row('alert fires where one must', (card) => outcomes(card.judged.flatMap(({ fatal }) => fatal ?? []))),
    row('state right', (card) => share(card.judged.map(({ state }) => state))),
    row('attempts right', (card) => share(card.judged.map(({ attempts }) => attempts))),
    row('last step right', (card) => share(card.judged.map(({ lastStep }) => lastStep))),
  ]);
}

function kinds(cards: readonly Card[]): string {
  const all = troublesIn(cards);
  const rows = KINDS.map((kind) => {
    const required = all.filter(({ trouble }) => trouble.kind === kind && trouble.required);
    const free = all.filter(({ trouble }) => trouble.kind === kind && !trouble.required);
    const of = (outcome: Outcome) => required.filter((one) => one.outcome === outcome).length;
    const seen = free.filter(({ outcome }) => outcome !== 'missed').length;
    return [
      kind,
      required.length,
      of('found'),
      of('wrong extent'),
      of('missed'),
      free.length === 0 ? '' : `${seen} of ${free.length}`,
    ];
  });
  return table(['kind', 'required', 'found', 'found, wrong extent', 'missed', 'not required, found'], rows);
}

function notYet(cards: readonly Card[]): string {
  const all = troublesIn(cards).filter(({ trouble }) => !isFound(trouble.kind));
  const names = [...new Set(all.map(({ trouble }) => trouble.kind))].sort();
  const rows = names.map((name) => {
    const own = all.filter(({ trouble }) => trouble.kind === name);
    return [name, own.filter(({ trouble }) => trouble.required).length, own.length];
  });
  return rows.length === 0 ? 'Nothing.' : table(['kind', 'required', 'labelled'], rows);
}

function badLines(cards: readonly Card[]): string {
  const groups = new Map<string, { files: number; lines: number }>();
  for (const { name, bad } of cards) {
    for (const { format, reason, why, lines } of bad) {
      const key = [name, format, reason, why].join(' | ');
      const before = groups.get(key) ?? { files: 0, lines: 0 };
      groups.set(key, { files: before.files + 1, lines: before.lines + lines.length });
    }
  }
  const rows = [...groups].map(([key, { files, lines }]) => [...key.split(' | '), files, lines]);
  return rows.length === 0 ? 'None.' : table(['folder', 'format', 'reason', 'why', 'files', 'lines'], rows);
}

function troublesIn(cards: readonly Card[]): JudgedTrouble[] {
  return cards.flatMap(({ judged }) =>
    judged.filter(({ label }) => !label.ambiguous).flatMap(({ troubles }) => troubles),
  );
}

function alarmed(judged: readonly Judged[]): number {
  return judged.filter(({ alarms }) => alarms.length > 0).length;
}

function count({ judged }: Card, matches: (one: Judged) => boolean): number {
  return judged.filter(matches).length;
}

function outcomes(all: readonly Outcome[]): string {
  if (all.length === 0) return '';
  const later = all.filter((one) => one === 'not yet').length;
  const found = all.filter((one) => one === 'found').length;
  return `${found} of ${all.length - later}${later === 0 ? '' : `, ${later} not yet`}`;
}

/** How many are right of those that are told. */
function share(all: readonly (boolean | null)[]): string {
  const told = all.filter((one) => one !== null);
  return told.length === 0 ? '' : `${told.filter(Boolean).length} of ${told.length}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
