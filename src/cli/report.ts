import pc from 'picocolors';
import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import type { Language } from '../text/language.ts';
import { type Parts, partsOf } from '../view/explain.ts';
import { gistOf, groupSources, TRAINERS } from '../view/gist.ts';
import { incidentView } from '../view/incident-view.ts';
import { runView } from '../view/run-view.ts';
import { type SourceView, shortNumber } from '../view/wire.ts';
import { labelled, TIE } from './labelled.ts';

/** The report as one JSON object; its form is part of the public contract. */
export function jsonReport(runs: readonly WatchedRun[], language: Language, nowMs: number): string {
  const report = {
    version: 1,
    runs: runs.map((watched) => ({
      ...runView(watched, nowMs),
      incidents: watched.incidents.map((incident) => incidentView(incident, watched.run.context, language)),
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
    // of many that are well, one line each is enough
    sound.map((watched) => (runs.length === 1 ? intro : heading)(watched, language, nowMs)).join('\n'),
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

/** The heading, how the run was configured, and what was read of it. */
function intro(watched: WatchedRun, language: Language, nowMs: number): string {
  const { setup, sources } = language.report;
  const { context, sources: read } = runView(watched, nowMs);
  return [
    heading(watched, language, nowMs),
    ...[...labelled(2, setup, setupOf(context)), ...labelled(2, sources, sourcesOf(read))].map((line) => pc.dim(line)),
  ].join('\n');
}

const MAX_MODEL = 44;
const MAX_NAME = 24;

/** What is known: `LLaMA-Factory · Qwen/Qwen3-4B · sft · lora · bf16 · 4-bit bnb`. Of a long path, its end. */
function setupOf(context: RunContext): string {
  const { trainer, model } = context;
  const shortModel = model !== undefined && model.length > MAX_MODEL ? `…${model.slice(1 - MAX_MODEL)}` : model;
  const named = [trainer && TRAINERS[trainer], shortModel].filter((word) => word !== undefined);
  return [...named, ...gistOf(context)].join(' · ');
}

/** `trainer_log.jsonl, tensorboard, trainer_state.json × 4`: long names are those of their formats. */
function sourcesOf(sources: readonly SourceView[]): string {
  const groups = groupSources(sources).map(({ format, name, sources: { length } }) => {
    const short = name.length <= MAX_NAME && !name.endsWith('…') ? name : format;
    return length === 1 ? short : `${short}${TIE}×${TIE}${length}`;
  });
  return groups.join(', ');
}

function troubledRun(watched: WatchedRun, language: Language, nowMs: number): string {
  const leading = watched.incidents.filter(({ inhibitedBy }) => inhibitedBy === null);
  const parts = leading.map((leader, place) => {
    const led = watched.incidents.filter(({ group, inhibitedBy }) => inhibitedBy !== null && group === leader.group);
    // what it means and what to do is said once for each alert, at its last incident
    const isLast = !leading.slice(place + 1).some(({ alertname }) => alertname === leader.alertname);
    return incidentBlock(leader, led, isLast, watched.run.context, language);
  });
  return [intro(watched, language, nowMs), ...parts].join('\n');
}

/** What a tired person needs comes first: what it is and since when, the weights, where to go back to, what to do. */
function incidentBlock(
  incident: Incident,
  led: readonly Incident[],
  explained: boolean,
  context: RunContext,
  language: Language,
): string {
  const words = language.report;
  const parts = partsOf(incident, context, language);
  const colour = SEVERITY_COLOUR[incident.severity];
  const lines = [
    `  ${colour('●')} ${colour(words.severity[incident.severity])}  ${pc.bold(parts.summary)}  ${pc.dim(`${incident.alertname}, ${words.status[incident.status]}`)}`,
    ...state(parts, language),
    ...(explained ? labelled(6, words.todo, parts.todo) : []),
    ...(explained ? reasons(parts, language) : []),
    ...labelled(6, words.evidence, evidence(incident)),
    ...led.map((one) => `      + ${language.alerts[one.alertname].summary(one)}  ${pc.dim(one.alertname)}`),
  ];
  return lines.join('\n');
}

/** How it stands with the weights, where to go back to, and what was for nothing. */
function state({ weights, goBack, wasted }: Parts, { explain: { label } }: Language): string[] {
  return [
    ...(weights === null ? [] : labelled(6, label.weights, weights)),
    ...(goBack === null ? [] : labelled(6, label.goBack, goBack.checkpoint ?? label.nowhere)),
    ...(wasted === null ? [] : labelled(6, label.wasted, wasted)),
  ];
}

/** What it means, and what it may come from. */
function reasons({ cause, meaning }: Parts, { explain: text, report }: Language): string[] {
  return [
    ...(cause === null ? [] : labelled(6, text.label.cause, text.causeAfterLabel(cause))),
    ...labelled(6, report.meaning, meaning),
  ];
}

function evidence(incident: Incident): string {
  return incident.evidence.map(({ step, field, value }) => `${step ?? '-'}: ${field} ${shortNumber(value)}`).join(', ');
}
