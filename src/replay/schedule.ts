import { parseDuration } from '../formats/duration.ts';
import { parseJsonLine } from '../formats/framing/json-line.ts';

/** A line of a recorded log and when it was written, in ms since the first one. */
export interface Cue {
  readonly line: string;
  readonly atMs: number;
}

/** Time between lines of which nothing is known. */
const UNKNOWN_PACE_MS = 1_000;

/**
 * The rhythm of a recorded log: from the clock that was recorded beside it, else from the trainer's elapsed time spread
 * over the lines of each second, else a line a second.
 *
 * @param log the whole log
 * @param clock lines `{"t": <unix seconds>}`, one for each line of the log; null when there is none
 */
export function schedule(log: string, clock: string | null): Cue[] {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const times = clock === null ? [] : clockTimes(clock);
  if (times.length >= lines.length) {
    return lines.map((line, place) => ({ line, atMs: Math.max(0, ((times[place] ?? 0) - (times[0] ?? 0)) * 1000) }));
  }
  const elapsed = lines.map(elapsedOf);
  if (elapsed.includes(undefined)) return lines.map((line, place) => ({ line, atMs: place * UNKNOWN_PACE_MS }));
  return spread(lines, elapsed as number[]);
}

function clockTimes(clock: string): number[] {
  return clock
    .split('\n')
    .map((line) => Number(parseJsonLine(line)?.t))
    .filter(Number.isFinite);
}

function elapsedOf(line: string): number | undefined {
  const elapsed = parseJsonLine(line)?.elapsed_time;
  return typeof elapsed === 'string' ? parseDuration(elapsed) : undefined;
}

/** Lines of one second are spread over it. A resumed attempt, whose time begins anew, goes on where the log was. */
function spread(lines: readonly string[], elapsed: readonly number[]): Cue[] {
  const cues: Cue[] = [];
  let offset = -(elapsed[0] ?? 0);
  for (let at = 0; at < lines.length; ) {
    const second = elapsed[at] ?? 0;
    if (at > 0 && second < (elapsed[at - 1] ?? 0)) offset += (elapsed[at - 1] ?? 0) - second + 1;
    let next = at;
    while (next < lines.length && elapsed[next] === second) next++;
    for (let place = at; place < next; place++) {
      const part = (place - at) / (next - at);
      cues.push({ line: lines[place] ?? '', atMs: (second + offset + part) * 1000 });
    }
    at = next;
  }
  return cues;
}
