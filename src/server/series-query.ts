import { SERIES_NAMES, type SeriesName } from '../runs/series.ts';

/** Which series of a run are wanted, and how many points of each at most. */
export interface SeriesQuery {
  readonly names: readonly SeriesName[];
  readonly points: number;
}

const POINTS = { normally: 1000, least: 10, most: 10_000 } as const;

/** Reads `names=loss,grad_norm&points=1000`. Returns a sentence when it cannot be answered: the value and the cure. */
export function seriesQuery(parameters: URLSearchParams): SeriesQuery | string {
  const wanted =
    parameters
      .get('names')
      ?.split(',')
      .map((name) => name.trim()) ?? SERIES_NAMES;
  const names = new Set<SeriesName>();
  for (const name of wanted) {
    if (!isSeriesName(name)) return `names: there is no series "${short(name)}"; known are ${SERIES_NAMES.join(', ')}.`;
    names.add(name);
  }
  const text = parameters.get('points') ?? String(POINTS.normally);
  const points = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(points >= POINTS.least && points <= POINTS.most)) {
    return `points must be a whole number from ${POINTS.least} to ${POINTS.most}, not "${short(text)}".`;
  }
  return { names: [...names], points };
}

function isSeriesName(text: string): text is SeriesName {
  return (SERIES_NAMES as readonly string[]).includes(text);
}

function short(text: string): string {
  return text.slice(0, 64);
}
