import type { BadReason, Format } from '../../../src/formats/format.ts';
import type { RunContext } from '../../../src/model/context.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';

/** All that a reader said, in order. */
export interface Heard {
  readonly records: (readonly (readonly [string, number])[])[];
  readonly events: RunEvent[];
  /** All that was said of the configuration, key by key. */
  context: RunContext;
  readonly bad: (readonly [reason: BadReason, line: number])[];
  lines: number;
}

/** Reads `chunks` as one file of `format`; with `end`, nothing more will come. */
export function collect(format: Format, chunks: Iterable<Buffer | string>, { end = true } = {}): Heard {
  const heard: Heard = { records: [], events: [], context: {}, bad: [], lines: 0 };
  const reader = format.open({
    record: (record) => heard.records.push(record.entries()),
    event: (event) => heard.events.push(event),
    context: (context) => {
      heard.context = { ...heard.context, ...context };
    },
    bad: (reason, line) => heard.bad.push([reason, line]),
    lines: (count) => {
      heard.lines += count;
    },
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  if (end) reader.end();
  return heard;
}

/** Cuts `bytes` at these places, whatever their order; places beyond the end are taken from its beginning. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : sorted[index - 1], end));
}
