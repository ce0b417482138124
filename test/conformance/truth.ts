import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What the present content of a log says, found without any code of the agent. */
export interface Truth {
  readonly records: number;
  readonly zeroLoss: number;
  readonly nonfinite: number;
  readonly lastStep: number | null;
  readonly lastLoss: number | null;
}

const MIB = 1024 * 1024;
const NOTHING: Truth = { records: 0, zeroLoss: 0, nonfinite: 0, lastStep: null, lastLoss: null };

/** Reads a whole log in the plainest way: it must have no more than a few megabytes. */
export function truthOf(content: Buffer): Truth {
  let truth = NOTHING;
  const lines = content.toString('latin1').split('\n').slice(0, -1);
  for (const raw of lines) {
    const line = raw.replace(/^\0+/, '');
    if (line.length > MIB) continue;
    const values = valuesOf(Buffer.from(line, 'latin1').toString('utf8'));
    if (values !== null) truth = withRecord(truth, values);
  }
  return truth;
}

function withRecord(before: Truth, { step, loss }: { step: number; loss: number | null }): Truth {
  const hasNumber = loss !== null && Number.isFinite(loss);
  return {
    records: before.records + 1,
    zeroLoss: before.zeroLoss + (loss === 0 ? 1 : 0),
    nonfinite: before.nonfinite + (loss !== null && !hasNumber ? 1 : 0),
    lastStep: step,
    lastLoss: loss ?? before.lastLoss,
  };
}

function valuesOf(line: string): { step: number; loss: number | null } | null {
  const text = line.replace(/^\uFEFF/, '').trim();
  if (!text.startsWith('{')) return null;
  try {
    const object = JSON.parse(text.replace(/: (NaN|-?Infinity)/g, ': "$1"'));
    const step = Number(object.current_steps);
    if (!Number.isFinite(step)) return null;
    return { step, loss: object.loss === undefined || object.loss === null ? null : Number(object.loss) };
  } catch {
    return null;
  }
}

/** Content of every log under a folder by run, links not followed. */
export function logsUnder(folder: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'trainer_log.jsonl' || !entry.isFile()) continue;
    found.set(relative(folder, entry.parentPath), readFileSync(join(entry.parentPath, entry.name)));
  }
  return found;
}
