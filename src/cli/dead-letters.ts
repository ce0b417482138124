import { externalUrlOf } from '../config/address.ts';
import type { Config } from '../config/schema.ts';
import { createLogger } from '../logging.ts';
import { OperatorError } from '../model/operator-error.ts';
import { type DeadLetter, DeadLetters } from '../notify/dead-letters.ts';
import { configureReceiver } from '../notify/index.ts';
import { Notifier } from '../notify/notifier.ts';
import { StateLockedError } from '../notify/outbox-file.ts';
import { LANGUAGES } from '../text/index.ts';
import { EXIT } from './exit.ts';

type Format = 'text' | 'json';

const DELIVER_MS = 10_000;

/** Prints what was given up. It can be read while an agent runs. Returns the exit code. */
export function list(stateDir: string, receiver: string | null, format: Format): number {
  const letters = read(stateDir, (dead) => dead.list()).filter((one) => receiver === null || one.receiver === receiver);
  if (format === 'json') print(JSON.stringify({ version: 1, notifications: letters.map(view) }));
  else print(letters.length === 0 ? 'Nothing was given up.' : table(letters));
  return EXIT.ok;
}

/**
 * Asks for another attempt. An agent that runs on the state folder makes it within seconds; without one it is made here.
 * Returns the exit code: 1 when something is still not delivered.
 */
export async function retry(
  stateDir: string,
  receiver: string | null,
  format: Format,
  config: Config,
): Promise<number> {
  const asked = read(stateDir, (dead) => (dead.ask(receiver) > 0 ? dead.asked() : [])).length;
  if (asked === 0)
    return say(format, { asked, by: null, delivered: 0, pending: 0, dropped: 0 }, 'Nothing to send again.');
  const notifier = openNotifier(stateDir, config);
  if (notifier === null) {
    const text = `${asked} asked for: the agent that runs on this state folder sends them within seconds.`;
    return say(format, { asked, by: 'agent', delivered: 0, pending: 0, dropped: 0 }, text);
  }
  const sums = await send(notifier);
  const left = read(stateDir, (dead) => dead.asked()).map((one) => one.receiver);
  const strangers =
    left.length === 0 ? '' : ` No receiver is named ${[...new Set(left)].join(', ')} here: give --config.`;
  const text = `${asked} asked for: ${sums.delivered} delivered, ${sums.pending} wait, ${sums.dropped} given up again.${strangers}`;
  const isDone = sums.pending + sums.dropped + left.length === 0;
  say(format, { asked, by: 'command', ...sums }, text);
  return isDone ? EXIT.ok : EXIT.incident;
}

async function send(notifier: Notifier): Promise<Record<'delivered' | 'pending' | 'dropped', number>> {
  try {
    notifier.start();
    notifier.resend();
    await notifier.drain(Date.now() + DELIVER_MS);
    const sum = (key: 'delivered' | 'pending' | 'dropped') =>
      notifier.receivers().reduce((all, one) => all + one[key], 0);
    return { delivered: sum('delivered'), pending: sum('pending'), dropped: sum('dropped') };
  } finally {
    await notifier.close();
  }
}

/** null while an agent holds the state folder. */
function openNotifier(stateDir: string, config: Config): Notifier | null {
  try {
    return new Notifier({
      stateDir,
      receivers: config.receivers.map((options) => configureReceiver(options, config.lang)),
      externalUrl: externalUrlOf(config),
      language: LANGUAGES[config.lang],
      logger: createLogger({ level: config.log_level === 'info' ? 'warn' : config.log_level, format: 'pretty' }),
    });
  } catch (error) {
    if (error instanceof StateLockedError) return null;
    throw error;
  }
}

function read<T>(stateDir: string, work: (dead: DeadLetters) => T[]): T[] {
  if (!DeadLetters.existIn(stateDir)) return [];
  try {
    const dead = new DeadLetters(stateDir);
    try {
      return work(dead);
    } finally {
      dead.close();
    }
  } catch (error) {
    throw new OperatorError(
      `What was given up cannot be read in ${stateDir} (${(error as Error).message}). Run as the user of the agent.`,
    );
  }
}

function view({ receiver, notice, createdMs, droppedMs, attempts, reason, asked }: DeadLetter) {
  const { labels, status, severity, annotations } = notice;
  return {
    receiver,
    alertname: labels.alertname,
    run: labels.run ?? null,
    status,
    severity,
    summary: annotations.summary ?? null,
    created_at: new Date(createdMs).toISOString(),
    dropped_at: new Date(droppedMs).toISOString(),
    retries: attempts,
    reason,
    retry_asked: asked,
  };
}

function table(letters: readonly DeadLetter[]): string {
  const head = ['given up', 'receiver', 'alert', 'run', 'status', 'severity', 'reason'];
  const rows = letters
    .map(view)
    .map((one) => [
      `${one.dropped_at.slice(0, 19).replace('T', ' ')}Z`,
      one.receiver,
      one.alertname ?? '',
      one.run ?? '',
      one.status,
      one.severity,
      one.retry_asked ? `${one.reason} (to be sent again)` : one.reason,
    ]);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function say(format: Format, result: object, text: string): number {
  print(format === 'json' ? JSON.stringify({ version: 1, ...result }) : text);
  return EXIT.ok;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
