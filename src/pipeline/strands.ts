import { LogRecord } from '../model/record.ts';
import type { PlacedEvent, Strand } from '../runs/join.ts';
import { RecordStore } from '../runs/record-store.ts';
import type { Source } from './source.ts';

const record = new LogRecord();

/**
 * What the sources of a run say: each alone, but the pieces of a rotated log as one. Of those of one format the longest
 * comes first.
 *
 * @param sources those of one format together
 */
export function strandsOf(sources: readonly Source[]): Strand[] {
  const chains = new Map<string, Source[]>();
  for (const source of sources) {
    const key = source.format.chain === undefined ? source.path : `${source.format.name} ${source.chain.of}`;
    const chain = chains.get(key) ?? [];
    chain.push(source);
    chains.set(key, chain);
  }
  const place = (chain: readonly Source[]) => sources.findIndex(({ format }) => format === chain[0]?.format);
  return [...chains.values()]
    .map((chain) => ({ place: place(chain), strand: joined(chain) }))
    .sort((a, b) => a.place - b.place || b.strand.store.count - a.strand.store.count)
    .map(({ strand }) => strand);
}

function joined(chain: readonly Source[]): Strand {
  const [only] = chain;
  if (only !== undefined && chain.length === 1) return only;
  const pieces = [...chain].sort((a, b) => (a.chain.place < b.chain.place ? -1 : 1)).filter(isNoCopy);
  const store = new RecordStore(Number.POSITIVE_INFINITY);
  const events: PlacedEvent[] = [];
  for (const piece of pieces) {
    events.push(...piece.events.map(({ event, after }) => ({ event, after: after + store.count })));
    for (let index = 0; index < piece.store.count; index++) {
      record.clear();
      piece.store.fill(index, record);
      store.append(record, piece.store.arrivedMs(index));
    }
    for (const [name, value] of piece.store.other) store.other.set(name, value);
  }
  return { store, events, digits: only?.digits ?? 0, keepsSteps: only?.keepsSteps ?? false };
}

/**
 * While a log is rotated, all of it is there twice for a moment: by copying it, before it is cut; by moving it, before
 * it is known that it was moved. The longer one is believed.
 */
function isNoCopy(piece: Source, place: number, pieces: readonly Source[]): boolean {
  return pieces.every((other, at) => {
    const { count } = other.store;
    const isLonger = count > piece.store.count || (count === piece.store.count && at > place);
    return !isLonger || !piece.beginsAs(other);
  });
}
