import { type BadLines, badLinesIn } from './bad-lines.ts';
import { check } from './check.ts';
import { type Judged, judge } from './judge.ts';
import { type Label, readLabels } from './labels.ts';
import { replay } from './replay.ts';

/** All that is to be said of one labelled folder. */
export interface Card {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly judged: readonly Judged[];
  /** Labelled runs that the report does not have. */
  readonly unseen: readonly string[];
  readonly crashes: readonly string[];
  readonly bad: readonly BadLines[];
}

export function cardOf(name: string, folder: string): Card {
  const labels = readLabels(folder);
  const { runs, crashes } = check(
    folder,
    labels.map(({ run }) => run),
  );
  const judged = labels.flatMap((label) => {
    const reported = runs.get(label.run);
    return reported === undefined ? [] : [judge(label, reported, replay(folder, label.run))];
  });
  const unseen = labels.filter(({ run, isRun }) => isRun && !runs.has(run)).map(({ run }) => run);
  return { name, labels, judged, unseen, crashes, bad: badLinesIn(folder) };
}

export function healthy({ judged }: Card): Judged[] {
  return judged.filter(({ label }) => label.healthy && !label.ambiguous);
}

export function faulty({ judged }: Card): Judged[] {
  return judged.filter(({ label }) => !label.healthy && !label.ambiguous);
}

/** Healthy, says the label, but others may see it otherwise. */
export function ambiguous({ judged }: Card): Judged[] {
  return judged.filter(({ label }) => label.healthy && label.ambiguous);
}
