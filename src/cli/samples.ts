import { randomUUID } from 'node:crypto';
import pc from 'picocolors';
import { externalUrlOf } from '../config/address.ts';
import type { Config } from '../config/schema.ts';
import type { Incident } from '../model/incident.ts';
import type { Notice } from '../model/notice.ts';
import { noticeOf } from '../notices.ts';
import { configureReceiver } from '../notify/index.ts';
import type { ConfiguredReceiver, Outcome } from '../notify/receiver.ts';
import { secretFileProblems } from '../notify/secret-files.ts';

/** What the sample pretends to be. */
const RUN = 'nanwatch-notify-test';

/** Sends every receiver of `config` a sample that fires and one that has resolved. Returns whether all were delivered. */
export async function sendSamples(config: Config): Promise<boolean> {
  for (const { receiver, option, file, problem } of secretFileProblems(config.receivers)) {
    process.stderr.write(`nanwatch: ${receiver}: ${option} ${file}: ${problem}\n`);
  }
  // each test is another incident: what was resolved by the one before must not swallow it
  const id = randomUUID();
  const width = Math.max(...config.receivers.map(({ name }) => name.length));
  let allDelivered = true;
  for (const options of config.receivers) {
    const configured = configureReceiver(options, config.lang);
    for (const status of options.send_resolved ? (['firing', 'resolved'] as const) : (['firing'] as const)) {
      const begun = performance.now();
      const outcome = await send(configured, sample(config, id, status), config);
      const ms = Math.round(performance.now() - begun);
      if (outcome.kind !== 'delivered') allDelivered = false;
      process.stdout.write(
        `${options.name.padEnd(width)}  ${status.padEnd(8)}  ${said(outcome)}  ${pc.dim(`${ms} ms`)}\n`,
      );
    }
  }
  return allDelivered;
}

function said(outcome: Outcome): string {
  if (outcome.kind === 'delivered') return pc.green('delivered');
  const later = outcome.kind === 'retry' ? ' (the agent would try again)' : '';
  return `${pc.red(`failed: ${outcome.reason}`)}${later}`;
}

async function send({ options, receiver }: ConfiguredReceiver, notice: Notice, config: Config): Promise<Outcome> {
  return receiver.send(notice, {
    receiverName: options.name,
    idempotencyKey: randomUUID().replaceAll('-', ''),
    externalUrl: externalUrlOf(config),
    nowMs: Date.now(),
    signal: new AbortController().signal,
  });
}

/** A loss that was NaN a minute ago. */
function sample(config: Config, id: string, status: Incident['status']): Notice {
  const nowMs = Date.now();
  const over = status === 'resolved';
  const incident: Incident = {
    run: RUN,
    id,
    alertname: 'TrainerLossNonFinite',
    severity: 'critical',
    status,
    firstStep: 61,
    lastStep: 63,
    occurrences: 3,
    startedAtMs: nowMs - 60_000,
    endedAtMs: over ? nowMs : null,
    group: id,
    inhibitedBy: null,
    weights: 'intact',
    judgement: null,
    rollbackCheckpoint: over ? null : 'checkpoint-50',
    wasted: null,
    words: null,
    evidence: [61, 62, 63].map((step) => ({ step, field: 'loss', value: Number.NaN })),
  };
  const subject = { folder: RUN, run: { origin: id, context: {} } };
  const { lang: language, labels } = config;
  return noticeOf(subject, incident, nowMs, { language, labels, externalUrl: externalUrlOf(config) });
}
