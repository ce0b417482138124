import { closeSync, openSync, writeSync } from 'node:fs';

const STEPS = 2000;

/** Bars as a run of 10,000 steps draws them, with a record at every `every`th. */
function bars(every: number): string {
  const steps = Array.from({ length: STEPS }, (_, at) => {
    const percent = String(Math.floor(at / 100)).padStart(2);
    const drawing = '█'.repeat(at % 10).padEnd(10);
    const bar = `\r ${percent}%|${drawing}| ${at}/10000 [00:03<00:04, 38.03it/s]`;
    if (at % every !== 0) return bar;
    const record = "{'loss': '5.376', 'grad_norm': '0.3317', 'learning_rate': '0.003226', 'epoch': '1.3'}";
    return `\r${' '.repeat(50)}\r${record}\n${bar}`;
  });
  return steps.join('');
}

const WORDS =
  '  "rope_theta": 10000.0,\n/opt/env/lib/python3/site-packages/torch/utils.py:12: UserWarning: text, no more\n';

/** What consoles are full of, by name. */
export const CONSOLES: Readonly<Record<string, string>> = {
  'a record at every bar': bars(1),
  'a record every 10 bars': bars(10),
  'a record every 100 bars': bars(100),
  'words of libraries': WORDS.repeat(1000),
};

/** Writes `text` again and again until the file has `least` bytes. */
export function writeConsole(path: string, text: string, least: number): void {
  const file = openSync(path, 'w');
  for (let bytes = 0; bytes < least; ) bytes += writeSync(file, text);
  closeSync(file);
}
