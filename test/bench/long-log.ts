import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a healthy `trainer_log.jsonl` of `lines` lines of about 237 bytes, as LLaMA-Factory 0.9 on transformers 4 would: the loss decays
 * with noise, the learning rate follows a cosine, time goes on.
 */
export function writeLongLog(path: string, lines: number): void {
  const file = openSync(path, 'w');
  const random = seeded(1);
  let block: string[] = [];
  for (let step = 1; step <= lines; step++) {
    block.push(line(step, lines, random));
    if (block.length < 10_000 && step < lines) continue;
    writeSync(file, `${block.join('\n')}\n`);
    block = [];
  }
  closeSync(file);
}

function line(step: number, steps: number, random: () => number): string {
  const loss = (1.2 + 3 * Math.exp(-step / (steps / 8)) + (random() - 0.5) * 0.1).toFixed(4);
  const lr = 5e-5 * (1 + Math.cos((Math.PI * step) / steps));
  const percentage = ((step / steps) * 100).toFixed(2);
  const throughput = (5000 + random() * 100).toFixed(2);
  return (
    `{"current_steps": ${step}, "total_steps": ${steps}, "loss": ${loss}, "lr": ${python(lr)}, "epoch": ${((step / steps) * 3).toFixed(4)}, ` +
    `"percentage": ${percentage}, "elapsed_time": "${clock(step * 0.02)}", "remaining_time": "${clock((steps - step) * 0.02)}", ` +
    `"throughput": ${throughput}, "total_tokens": ${step * 2048}}`
  );
}

/** Python goes over to exponents below 0.0001, JavaScript later. */
function python(value: number): string {
  if (value >= 1e-4 || value === 0) return String(value);
  const [digits = '', power = ''] = value.toExponential().split('e-');
  return `${digits}e-${power.padStart(2, '0')}`;
}

function clock(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = Math.floor(seconds % 86_400);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return days === 0 ? time : `${days} day${days === 1 ? '' : 's'}, ${time}`;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
