import { knowledge } from '../knowledge/knowledge.ts';
import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import type { Cause, Language } from '../text/language.ts';

/** What a person is told of an incident, part by part; null is what there is nothing to say of. */
export interface Parts {
  readonly summary: string;
  /** What the alert means. */
  readonly meaning: string;
  /** Verdict on the weights: `intact. The gradient norm at step 64 is ...`. */
  readonly weights: string | null;
  readonly cause: Cause | null;
  /** Where to go back to, as far as there is a need; its checkpoint is null when none was found. */
  readonly goBack: { readonly checkpoint: string | null } | null;
  /** `134 steps (12 min, 45,000 tokens)`. */
  readonly wasted: string | null;
  /** What to do now. */
  readonly todo: string;
}

/** The texts that an alert carries. */
export interface Explanation {
  readonly summary: string;
  readonly diagnosis: string;
  readonly advice: string;
}

/** All that is said of `incident` in a run that is configured so. */
export function explain(incident: Incident, context: RunContext, language: Language): Explanation {
  return explanationOf(partsOf(incident, context, language), language);
}

/** The parts put together. */
export function explanationOf(parts: Parts, language: Language): Explanation {
  const { summary, meaning, weights, cause, goBack, wasted, todo } = parts;
  const text = language.explain;
  return {
    summary,
    diagnosis: lines(meaning, weights && text.weights(weights), cause && text.cause(cause)),
    advice: lines(goBack && text.goBack(goBack.checkpoint), wasted && text.wastedSentence(wasted), todo),
  };
}

/** The same in its parts. */
export function partsOf(incident: Incident, context: RunContext, language: Language): Parts {
  const alert = language.alerts[incident.alertname];
  const found = knowledge(context, incident);
  const known = found && language.knowledge[found.id];
  return {
    summary: alert.summary(incident),
    meaning: alert.diagnosis(incident),
    weights: weightsOf(incident, context, language),
    cause: found &&
      known && { sure: found.sure, text: known.cause, sources: found.sources.map(({ name }) => name).join(', ') },
    ...lossOf(incident, language),
    todo: known?.advice ?? alert.advice(incident),
  };
}

function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n');
}

function weightsOf({ alertname, judgement, status }: Incident, { precision }: RunContext, language: Language) {
  if (judgement === null) return null;
  return language.weights(judgement, {
    precision: precision?.replace('_', ' ') ?? null,
    withdrawn: alertname === 'TrainerWeightsLost' && status === 'resolved',
  });
}

/** Where to go back to and what was for nothing, while that matters. */
function lossOf(
  { status, weights, rollbackCheckpoint: checkpoint, wasted }: Incident,
  { explain: text, report }: Language,
): Pick<Parts, 'goBack' | 'wasted'> {
  if (status === 'resolved') return { goBack: null, wasted: null };
  return {
    goBack: checkpoint !== null || weights === 'lost' ? { checkpoint } : null,
    wasted: wasted && text.wasted(wasted, wasted.seconds === null ? null : report.duration(wasted.seconds)),
  };
}
