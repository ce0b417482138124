import pc from 'picocolors';
import type { Incident } from '../model/incident.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import type { Language } from '../text/language.ts';
import { incidentView } from '../view/incident-view.ts';
import { runView } from '../view/run-view.ts';
import { wireNumber } from '../view/wire.ts';

/** The report as one JSON object; its form is part of the public contract. */
export function jsonReport(runs: readonly WatchedRun[], language: Language, nowMs: number): string {
  const report = {
    version: 1,
    runs: runs.map((watched) => ({
      ...runView(watched, nowMs),
      incidents: watched.incidents.map((incident) => incidentView(incident, language)),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

const SEVERITY_COLOUR = { info: pc.cyan, warning: pc.yellow, critical: pc.red } as const;
const STATE_COLOUR = { running: pc.blue, stalled: pc.yellow, finished: pc.green, failed: pc.red } as const;

/** The report for a person at a terminal: troubled runs last, where the eye rests. */
export function textReport(runs: readonly WatchedRun[], language: Language, nowMs: number): string {
  const words = language.report;
  if (runs.length === 0) return `${words.noRuns}\n`;
  const troubled = runs.filter(({ incidents }) => incidents.length > 0);
  const sound = runs.filter(({ incidents }) => incidents.length === 0);
  const count = troubled.reduce((sum, { incidents }) => sum + incidents.length, 0);
  const blocks = [
    sound.map((watched) => heading(watched, language, nowMs)).join('\n'),
    ...troubled.map((watched) => troubledRun(watched, language, nowMs)),
    pc.bold(words.total(count, runs.length)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function heading(watched: WatchedRun, language: Language, nowMs: number): string {
  const words = language.report;
  const { run } = watched;
  const state = run.state(nowMs);
  const facts = [words.steps(run.lastStep, run.maxSteps), words.records(run.tally.records)];
  if (run.attempts > 1) facts.push(words.attempts(run.attempts));
  if (run.ended === null && run.lastRecordMs !== null) {
    facts.push(words.lastRecord(words.duration((nowMs - run.lastRecordMs) / 1000)));
  }
  const healthy = watched.incidents.length === 0 ? `${pc.green('✓')} ` : '';
  return `${healthy}${pc.bold(watched.id)}  ${STATE_COLOUR[state](words.state[state])}  ${pc.dim(facts.join(' · '))}`;
}

function troubledRun(watched: WatchedRun, language: Language, nowMs: number): string {
  const leading = watched.incidents.filter(({ inhibitedBy }) => inhibitedBy === null);
  const parts = leading.map((leader, place) => {
    const led = watched.incidents.filter(({ group, inhibitedBy }) => inhibitedBy !== null && group === leader.group);
    // what it means and what to do is said once for each alert, at its last incident
    const isLast = !leading.slice(place + 1).some(({ alertname }) => alertname === leader.alertname);
    return incidentBlock(leader, led, isLast, language);
  });
  return [heading(watched, language, nowMs), ...parts].join('\n');
}

function incidentBlock(incident: Incident, led: readonly Incident[], explained: boolean, language: Language): string {
  const words = language.report;
  const text = language.alerts[incident.alertname];
  const colour = SEVERITY_COLOUR[incident.severity];
  const lines = [
    `  ${colour('●')} ${colour(words.severity[incident.severity])}  ${pc.bold(text.summary(incident))}  ${pc.dim(`${incident.alertname}, ${words.status[incident.status]}`)}`,
    ...led.map((one) => `      + ${language.alerts[one.alertname].summary(one)}  ${pc.dim(one.alertname)}`),
    ...labelled(words.evidence, evidence(incident)),
    ...(explained ? labelled(words.meaning, text.diagnosis(incident)) : []),
    ...(explained ? labelled(words.todo, text.advice(incident)) : []),
  ];
  return lines.join('\n');
}

function evidence(incident: Incident): string {
  return incident.evidence.map(({ step, field, value }) => `${step ?? '-'}: ${field} ${wireNumber(value)}`).join(', ');
}

const WIDTH = Math.min(100, Math.max(60, process.stdout.columns || 100));

/** A label in a column of its own, the text beside it, wrapped. Characters of Chinese are two columns wide. */
function labelled(label: string, text: string): string[] {
  const indent = 6 + 10;
  const lines = wrap(text, WIDTH - indent);
  const pad = ' '.repeat(Math.max(1, 10 - columns(label)));
  return lines.map((line, place) => (place === 0 ? `      ${pc.dim(label)}${pad}${line}` : ' '.repeat(indent) + line));
}

/** A word, or a Chinese character, with the marks that must not begin a line. */
const WORD = /(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[。，、；：！？）」』】]*\s*|\s+/g;

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(WORD) ?? []) {
    if (line !== '' && columns(line) + columns(word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

function columns(text: string): number {
  let width = 0;
  for (const character of text) width += /[\u2e80-\uffef]/.test(character) ? 2 : 1;
  return width;
}
