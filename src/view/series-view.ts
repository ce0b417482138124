import { strandsOf } from '../pipeline/strands.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import { Join } from '../runs/join.ts';
import { type SeriesName, seriesOf } from '../runs/series.ts';
import { type RunSeriesView, wireNumber } from './wire.ts';

/**
 * Series of a run as they go over the wire, read from what its sources keep at this moment.
 *
 * @param points at most so many of each name
 */
export function seriesView(watched: WatchedRun, names: readonly SeriesName[], points: number): RunSeriesView {
  const join = new Join(strandsOf(watched.sources));
  return {
    run: watched.id,
    kept: join.count > 0 || watched.run.tally.records === 0,
    series: seriesOf(join, names, points).map(({ name, attempt, points: found }) => ({
      name,
      attempt,
      steps: found.map(({ step }) => step),
      values: found.map(({ value }) => wireNumber(value)),
    })),
  };
}
