import type { IncidentView } from '../../src/view/wire.ts';
import type { Card } from './card.ts';
import type { Judged, JudgedTrouble } from './judge.ts';
import { readByHand } from './read-by-hand.ts';

/** What is wrong, run by run: for whoever mends it. */
export function details(cards: readonly Card[]): string {
  const lines = cards.flatMap((card) => [
    ...card.crashes.map((run) => `${card.name}/${run}: the program crashed`),
    ...card.unseen.map((run) => `${card.name}/${run}: no run was seen`),
    ...card.judged.flatMap((judged) => wrongs(judged).map((text) => `${card.name}/${judged.label.run}: ${text}`)),
    ...card.bad.map(
      ({ file, reason, lines, why }) =>
        `${card.name}/${file}: ${lines.length} bad, ${reason}: ${why} (${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ', ...' : ''})`,
    ),
  ]);
  return lines.map((line) => `- ${line}\n`).join('');
}

function wrongs({ label, reported, troubles, alarms, tooSevere, fatal, ...facts }: Judged): string[] {
  const why = (one: IncidentView) => {
    if (label.ambiguous) return ' (ambiguous, not counted)';
    return label.healthy ? ', but it is healthy' : `, not in its label: ${readByHand(label.run, one) ?? 'unexplained'}`;
  };
  return [
    ...troubles.filter(({ trouble }) => trouble.required).flatMap(wrongTrouble),
    ...alarms.map((one) => `${shown(one)}${why(one)}`),
    ...tooSevere.map((one) => `${shown(one)}, but it healed by itself`),
    ...(fatal === 'missed' ? [`no alert, but there must be one: ${label.troubles.map(({ kind }) => kind)}`] : []),
    ...(facts.weights && facts.weights.said !== facts.weights.truth
      ? [`weights ${facts.weights.said} is wrong: ${facts.weights.truth}`]
      : []),
    ...(facts.rollback && facts.rollback.said !== facts.rollback.truth
      ? [`go back to ${facts.rollback.said} is wrong: ${facts.rollback.truth}`]
      : []),
    ...(facts.state === false ? [`state ${reported.state} is wrong: ${label.state}`] : []),
    ...(facts.attempts === false ? [`${reported.attempts} attempts are wrong: ${label.attempts}`] : []),
    ...(facts.lastStep === false ? [`last step ${reported.last_step} is wrong: ${label.lastStep}`] : []),
  ];
}

function wrongTrouble({ trouble, outcome, incident }: JudgedTrouble): string[] {
  const { kind, firstStep, lastStep, occurrences } = trouble;
  const truth = `${kind} ${firstStep} to ${lastStep}${occurrences === null ? '' : `, ${occurrences} times`}`;
  if (outcome === 'missed') return [`missed: ${truth}`];
  if (incident === null || outcome === 'found') return [];
  return [outcome === 'another kind' ? `${truth}, as ${shown(incident)}` : `${truth}, not ${shown(incident)}`];
}

function shown({ alertname, severity, first_step, last_step, occurrences }: IncidentView): string {
  return `${alertname} (${severity}) ${first_step} to ${last_step}, ${occurrences} times`;
}
