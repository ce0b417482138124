import { ambiguous, type Card, faulty, healthy } from './card.ts';
import { comparison } from './compare.ts';
import { delays } from './delays.ts';
import type { Judged, JudgedTrouble, Outcome } from './judge.ts';
import { isFound, KINDS } from './kinds.ts';
import { readByHand } from './read-by-hand.ts';
import { perHundred, table } from './table.ts';
import type { Weighed } from './weights.ts';

/** The tables: figures only, no name of a run and nothing of what logs hold. */
export function figures(cards: readonly Card[]): string {
  return [
    folders(cards),
    '## What is found',
    [
      'Of what must be found. Where bad records can be told one by one, the first step, the last step and the count must be right, else the extent is wrong; of anything else some step of the alert must lie within the labelled steps or at the training record before or after them: where a slow trouble begins is a matter of judgement, and what one record hints at may be known from the next one.',
      'Found as another kind: an alert of warning or above speaks of the same trouble under another name. NaN, zero, masked losses, skipped steps and lost weights are one trouble; a spike may be what a hidden NaN left of the loss.',
      'What may be found, but need not, is in the last column.',
    ].join('\n\n'),
    kinds(cards),
    '## Weights',
    'What is to be said of the weights, and what the last word of the leading incidents was.',
    weights(cards),
    '## How late',
    'In training records after the first one that shows the trouble: to the first step that the alert names, and to the moment at which the alert was first told when the logs were read piece by piece as they were written. 0: at once. A gradient norm that only the states of checkpoints have cannot be told of before the next checkpoint. What comes after the last record of a run counts as told with it.',
    delays(troublesIn(cards)),
    '## Beside other rules',
    [
      'Rules that others publish, with the values that they set, over the same series of loss and gradient norm, joined from all logs of a run. A rule has seen a trouble that must be found when it speaks up within the labelled steps or at the training record before or after them, whatever it calls it; nanwatch is measured so too here, with its alerts of warning or above. An alert lasts from its first to its last step, where the other rules flag single records.',
      'Where such a rule counts steps, it counts records here, of which these runs have few: a window that does not fill sees nothing.',
    ].join('\n\n'),
    comparison(cards),
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
    row('false alarms per 100 healthy runs', (card) => perHundred(alarms(healthy(card)), healthy(card).length)),
    row('healthy, but ambiguous runs', (card) => ambiguous(card).length),
    row('false alarms per 100 of these', (card) => perHundred(alarms(ambiguous(card)), ambiguous(card).length)),
    row('faulty runs', (card) => faulty(card).length),
    row('faulty runs with an alert that no label explains', (card) => alarmed(faulty(card))),
    row('alerts of these that no label explains', (card) => alarms(faulty(card))),
    row('alerts of these that nobody has explained who read the log', (card) => unread(faulty(card))),
    row('runs that are critical, but healed by themselves', (card) =>
      count(card, ({ tooSevere }) => tooSevere.length > 0),
    ),
    row('alert fires where one must', (card) => outcomes(card.judged.flatMap(({ fatal }) => fatal ?? []))),
    row('weights right', (card) => share(card.judged.map(({ weights }) => weights && weights.truth === weights.said))),
    row('checkpoint to go back to right', (card) =>
      share(card.judged.map(({ rollback }) => rollback && rollback.truth === rollback.said)),
    ),
    row('state right', (card) => share(card.judged.map(({ state }) => state))),
    row('attempts right', (card) => share(card.judged.map(({ attempts }) => attempts))),
    row('last step right', (card) => share(card.judged.map(({ lastStep }) => lastStep))),
  ]);
}

function kinds(cards: readonly Card[]): string {
  const all = troublesIn(cards);
  const rows = KINDS.filter(isFound).map((kind) => {
    const required = all.filter(({ trouble }) => trouble.kind === kind && trouble.required);
    const free = all.filter(({ trouble }) => trouble.kind === kind && !trouble.required);
    const of = (outcome: Outcome) => required.filter((one) => one.outcome === outcome).length;
    const seen = free.filter(({ outcome }) => outcome === 'found' || outcome === 'wrong extent').length;
    return [
      kind,
      required.length,
      of('found'),
      of('wrong extent'),
      of('another kind'),
      of('missed'),
      free.length === 0 ? '' : `${seen} of ${free.length}`,
    ];
  });
  return table(
    ['kind', 'required', 'found', 'found, wrong extent', 'as another kind', 'missed', 'not required, found'],
    rows,
  );
}

function weights(cards: readonly Card[]): string {
  const all = cards.flatMap(({ judged }) => judged.flatMap((one) => one.weights ?? []));
  const words: readonly Weighed['said'][] = ['intact', 'lost', 'unknown'];
  const rows = words.slice(0, 2).map((truth) => {
    const own = all.filter((one) => one.truth === truth);
    return [truth, own.length, ...words.map((word) => own.filter(({ said }) => said === word).length)];
  });
  return all.length === 0
    ? 'Nothing speaks of them yet.'
    : table(['', 'runs', ...words.map((word) => `said ${word}`)], rows);
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

function unread(judged: readonly Judged[]): number {
  return judged.flatMap(({ label, alarms }) => alarms.filter((one) => readByHand(label.run, one) === null)).length;
}

function alarms(judged: readonly Judged[]): number {
  return judged.reduce((sum, { alarms }) => sum + alarms.length, 0);
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
