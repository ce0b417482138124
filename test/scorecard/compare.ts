import { BASELINES } from './baselines.ts';
import { type Card, healthy } from './card.ts';
import { overlaps, widened } from './extent.ts';
import { type Judged, loudOf } from './judge.ts';
import type { Kind } from './kinds.ts';
import { perHundred, table } from './table.ts';

/** When a method speaks up in a run. */
type Method = (judged: Judged) => readonly Flag[];

/** Logged steps, null where they are not known. */
interface Flag {
  readonly first_step: number | null;
  readonly last_step: number | null;
}

const GROUPS: Readonly<Record<string, readonly Kind[]>> = {
  'NaN and zero': ['nonfinite_loss', 'nonfinite_grad', 'zero_loss'],
  masked: ['masked_nan'],
  spikes: ['loss_spike'],
  divergence: ['divergence'],
  'weights lost': ['weights_lost'],
};

const METHODS: Readonly<Record<string, Method>> = {
  nanwatch: ({ reported }) => loudOf(reported),
  ...Object.fromEntries(
    Object.entries(BASELINES).map(([name, baseline]): [string, Method] => [
      name,
      ({ replayed }) => baseline(replayed.points).map((step) => ({ first_step: step, last_step: step })),
    ]),
  ),
};

/** What rules that others use say of the same runs. */
export function comparison(cards: readonly Card[]): string {
  const judged = cards.flatMap((card) => card.judged).filter(({ label }) => !label.ambiguous);
  const fatal = judged.filter(({ label }) => label.fatal);
  const sound = cards.flatMap(healthy);
  const rows = Object.entries(METHODS).map(([name, method]) => {
    const flags = new Map(judged.map((run) => [run, method(run)]));
    const flagged = (runs: readonly Judged[]) => runs.filter((run) => flags.get(run)?.length !== 0).length;
    return [
      name,
      ...Object.values(GROUPS).map((kinds) => seen(flags, kinds)),
      `${flagged(fatal)} of ${fatal.length}`,
      perHundred(flagged(sound), sound.length),
    ];
  });
  const head = ['', ...Object.keys(GROUPS), 'runs where some alert must fire', 'healthy runs flagged, of 100'];
  return table(head, rows);
}

function seen(flags: ReadonlyMap<Judged, readonly Flag[]>, kinds: readonly string[]): string {
  const found = [...flags].flatMap(([{ label, replayed }, ofRun]) =>
    label.troubles
      .filter(({ kind, required }) => required && kinds.includes(kind))
      .map((trouble) => {
        const extent = widened(trouble, replayed.points);
        return ofRun.some((flag) => overlaps(extent, flag));
      }),
  );
  return `${found.filter(Boolean).length} of ${found.length}`;
}
