import type { Format } from '../formats/format.ts';
import { parseJsonLine } from '../formats/framing/json-line.ts';
import type { Cue } from './schedule.ts';

/** When a step was logged, in ms since the first one. */
export interface Beat {
  readonly step: number;
  readonly atMs: number;
}

/** Bytes of a recorded log that were written together. */
export interface Part {
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** Logs are read in so small pieces to see which of them holds a record. */
const PIECE_BYTES = 64;

/** The rhythm of a run: of the log that keeps its steps, else of the clock that was recorded beside it. */
export function beatsOf(cues: readonly Cue[], clock: string | null): Beat[] {
  const logged = cues.flatMap(({ line, atMs }) => beat(line, 'current_steps', atMs) ?? beat(line, 'step', atMs) ?? []);
  if (logged.length > 0) return logged;
  const times = (clock ?? '').split('\n').map((line) => ({ line, t: Number(parseJsonLine(line)?.t) }));
  const [first = Number.NaN] = times.map(({ t }) => t).filter(Number.isFinite);
  return times.flatMap(({ line, t }) => (Number.isFinite(t) ? (beat(line, 'step', (t - first) * 1000) ?? []) : []));
}

/**
 * Cuts a recorded log into what was written with each step of its run: what is rewritten whole came with its last step,
 * configuration before the first one.
 */
export function partsOf(bytes: Buffer, format: Format, beats: readonly Beat[]): Part[] {
  if (format.kind === 'configuration') return [{ bytes, atMs: 0 }];
  const parts: Part[] = [];
  let place = 0;
  let atMs = 0;
  let begin = 0;
  const reader = format.open({
    record: ({ step }) => {
      const next = step === null ? -1 : beats.findIndex((one, index) => index >= place && one.step >= step);
      if (next === -1) return;
      place = next;
      atMs = Math.max(atMs, beats[next]?.atMs ?? 0);
    },
    event() {},
    context() {},
    bad() {},
    lines() {},
  });
  for (let end = PIECE_BYTES; begin < bytes.length; end += PIECE_BYTES) {
    const before = atMs;
    reader.push(bytes.subarray(end - PIECE_BYTES, end));
    if (end < bytes.length && (atMs === before || format.rewritten)) continue;
    if (format.settlesAtEnd) reader.settle();
    parts.push({ bytes: bytes.subarray(begin, end), atMs });
    begin = Math.min(end, bytes.length);
  }
  return parts;
}

function beat(line: string, key: string, atMs: number): Beat | undefined {
  const step = parseJsonLine(line)?.[key];
  return typeof step === 'number' ? { step, atMs } : undefined;
}
