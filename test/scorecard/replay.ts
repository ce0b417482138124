import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FIELD } from '../../src/model/field.ts';
import { LogRecord } from '../../src/model/record.ts';
import type { Configuration } from '../../src/pipeline/configuration.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { Source } from '../../src/pipeline/source.ts';
import { strandsOf } from '../../src/pipeline/strands.ts';
import type { WatchedRun } from '../../src/pipeline/watched-run.ts';
import { beatsOf, partsOf } from '../../src/replay/parts.ts';
import { recordedLogs } from '../../src/replay/player.ts';
import { schedule } from '../../src/replay/schedule.ts';
import { Join } from '../../src/runs/join.ts';

/** One training record. What it does not have is undefined. */
export interface Point {
  readonly step: number;
  readonly loss: number | undefined;
  readonly gradNorm: number | undefined;
}

/** A run that was read at its own rhythm, as the agent does. */
export interface Replayed {
  /** Its training records, joined from all its sources. */
  readonly points: readonly Point[];
  /** Step of the newest training record when an incident, by its id, was first told. */
  readonly toldAt: ReadonlyMap<string, number>;
}

const START_MS = 1_700_000_000_000;

/** Reads the logs of one run piece by piece, in the order in which they were written. */
export function replay(folder: string, name: string): Replayed {
  const runFolder = resolve(folder, name);
  const toldAt = new Map<string, number>();
  let step = Number.NaN;
  const pipeline = new Pipeline(
    {},
    {
      record: (_, record) => {
        if (record.isTraining) step = record.step ?? step;
      },
      incident: (_, { id }) => {
        if (!toldAt.has(id)) toldAt.set(id, step);
      },
      changed() {},
      bad() {},
      failed(where, error) {
        throw new Error(where, { cause: error });
      },
    },
  );
  const watched = pipeline.open(name, runFolder, START_MS);
  const pieces = piecesOf(pipeline, watched);
  for (const source of watched.sources) watched.atEnd(source, START_MS);
  for (const [atMs, written] of Map.groupBy(pieces, (piece) => piece.atMs)) {
    const nowMs = START_MS + atMs;
    for (const { reader, bytes } of written) reader.push(bytes, nowMs);
    for (const { reader } of written) {
      if (reader instanceof Source) watched.atEnd(reader, nowMs);
      else reader.atEnd();
    }
    pipeline.tick(nowMs);
  }
  for (const source of watched.sources) source.end();
  watched.finish(START_MS + (pieces.at(-1)?.atMs ?? 0));
  return { points: pointsOf(watched), toldAt };
}

interface Piece {
  readonly reader: Source | Configuration;
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** What was written of the logs of a run, in order. */
function piecesOf(pipeline: Pipeline, watched: WatchedRun): Piece[] {
  const { folder } = watched;
  const logs = recordedLogs(folder).filter((log) => log.folder === folder);
  const clockPath = join(folder, 'clock.jsonl');
  const clock = existsSync(clockPath) ? readFileSync(clockPath, 'utf8') : null;
  const lead = logs.find(({ format }) => format.keepsSteps);
  const beats = beatsOf(lead === undefined ? [] : schedule(readFileSync(lead.path, 'utf8'), clock), clock);
  const pieces = logs.flatMap(({ path, format }): Piece[] => {
    const isLog = format.kind === 'log';
    const reader = isLog ? watched.addSource(path, format) : pipeline.addConfiguration(path, folder, format);
    return partsOf(readFileSync(path), format, beats).map((part) => ({ reader, ...part }));
  });
  return pieces.sort((a, b) => a.atMs - b.atMs);
}

function pointsOf({ sources }: WatchedRun): Point[] {
  const joined = new Join(strandsOf(sources));
  const record = new LogRecord();
  return Array.from({ length: joined.count }, (_, index) => index).flatMap((index) => {
    joined.read(index, record);
    const { step, isTraining } = record;
    if (step === null || !isTraining) return [];
    return [{ step, loss: record.get(FIELD.loss), gradNorm: record.get(FIELD.grad_norm) }];
  });
}
