import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a healthy run. */
export function lineOf(step: number, loss: number | 'NaN' = 2 + 1 / step): string {
  return `{"current_steps": ${step}, "total_steps": 100000, "loss": ${loss}, "lr": 5e-05, "epoch": 0.1, "percentage": 1.0, "elapsed_time": "0:${String(Math.floor(step / 60) % 60).padStart(2, '0')}:${String(step % 60).padStart(2, '0')}", "remaining_time": "0:10:00", "throughput": 1000.0, "total_tokens": ${step * 2048}}\n`;
}

/** Makes `count` run folders with a hundred records each. Returns their logs. */
export function makeRuns(folder: string, count: number): string[] {
  const history = Array.from({ length: 100 }, (_, place) => lineOf(place + 1)).join('');
  return Array.from({ length: count }, (_, place) => {
    const run = join(folder, `run-${String(place).padStart(4, '0')}`);
    mkdirSync(run, { recursive: true });
    const log = join(run, 'trainer_log.jsonl');
    writeFileSync(log, history);
    return log;
  });
}

/** As LLaMA-Factory does: open for append, one line, close. */
export function append(log: string, line: string): void {
  appendFileSync(log, line);
}
