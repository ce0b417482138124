import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Agent, cleanEnvironment, launchAgent, startAgent } from '../support/agent.ts';
import { Child } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Sample, sampleValue } from '../support/metrics.ts';
import { type Delivery, type Receiver, startReceiver } from '../support/receiver.ts';
import { RECORDED, recordedLines } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const RUN = 'llama-fp16-intermittent-nan';
const LINES = recordedLines(RUN).length;
const WRITER = fileURLToPath(new URL('../support/writer.ts', import.meta.url));

/** Kills at random moments; more by hand. */
const KILLS = Number(process.env.NANWATCH_KILLS ?? 8);
const LIFE_MS = 800;

/** Numbers that follow from when lines came, which the log of this run does not say. */
const BY_ARRIVAL = new Set([
  'trainer_seconds_per_step',
  'trainer_remaining_seconds',
  'trainer_last_record_timestamp_seconds',
]);

/** A run that is trained again in a process of its own, an agent that lives through it, and one that is to be killed. */
class Scene {
  readonly runs = temporaryFolder();
  readonly receiver: Receiver;
  readonly #args: readonly string[];
  readonly #log: string;
  undisturbed!: Agent;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
    this.#log = join(this.runs, RUN, 'trainer_log.jsonl');
    this.#args = [this.runs, '--webhook', receiver.url, '--state-dir', join(temporaryFolder(), 'state')];
  }

  launch(): Agent {
    return launchAgent(['run', '--listen', '127.0.0.1:0', ...this.#args]);
  }

  start(): Promise<Agent> {
    return this.launch().ready();
  }

  train(pauseMs: number): void {
    const recorded = join(RECORDED, RUN, 'trainer_log.jsonl');
    new Child(process.execPath, [WRITER, recorded, this.#log, String(pauseMs)], { env: cleanEnvironment() });
  }

  /** Waits until the trainer has written so many lines. */
  async written(lines: number, withinMs = 30_000): Promise<void> {
    const count = () => readFileSync(this.#log, 'utf8').split('\n').length - 1;
    await until(`${lines} lines are written`, () => count() >= lines, { withinMs, everyMs: 2 });
  }

  /** Waits until an agent has read everything and delivered what was due. */
  async settled(agent: Agent): Promise<void> {
    await agent.hasRead(RUN, LINES, 20_000);
    await agent.until(
      'nothing is pending',
      async () => sampleValue(await agent.metrics(), 'nanwatch_notifications_pending') === 0,
      60_000,
    );
  }
}

async function scene(): Promise<Scene> {
  const here = new Scene(await startReceiver());
  here.undisturbed = await startAgent([here.runs]);
  return here;
}

function trainerSamples(samples: readonly Sample[]): string[] {
  return samples
    .filter(({ name }) => name.startsWith('trainer_') && !BY_ARRIVAL.has(name))
    .map(({ name, labels, value }) => `${name}${JSON.stringify(labels)} ${value}`)
    .sort();
}

/** What a notification says, and of which incident. */
function transition({ body }: Delivery): string {
  const [alert] = body.alerts;
  return `${alert?.labels.alertname} from ${alert?.annotations.first_step}: ${alert?.status} ${alert?.labels.severity}`;
}

function keyOf({ headers }: Delivery): string {
  return String(headers['idempotency-key']);
}

/** The promises: the state is that of an undisturbed agent, everything was told, and what was repeated has one key. */
async function expectNothingLost(here: Scene, agent: Agent): Promise<void> {
  await here.settled(agent);
  await here.undisturbed.hasRead(RUN, LINES);
  const [found, expected] = await Promise.all([agent.metrics(), here.undisturbed.metrics()]);
  expect(expected.filter(({ name, value }) => name === 'trainer_incidents_total' && value >= 3)).toHaveLength(2);
  expect(trainerSamples(found)).toEqual(trainerSamples(expected));

  const incidents = (await here.undisturbed.alerts()).filter(({ inhibited_by }) => inhibited_by === null);
  expect(incidents.length).toBeGreaterThanOrEqual(3);
  const { accepted } = here.receiver;
  const lastTold = new Map(
    accepted.map(({ body: { alerts } }) => [
      `${alerts[0]?.labels.alertname} ${alerts[0]?.annotations.first_step}`,
      alerts[0]?.status,
    ]),
  );
  expect(Object.fromEntries(lastTold)).toEqual(
    Object.fromEntries(incidents.map(({ alertname, first_step, status }) => [`${alertname} ${first_step}`, status])),
  );

  const bodies = new Map<string, string>();
  for (const delivery of here.receiver.got) {
    expect(delivery.text, 'a key stands for one notification').toBe(bodies.get(keyOf(delivery)) ?? delivery.text);
    bodies.set(keyOf(delivery), delivery.text);
  }
  const keys = new Map<string, string>();
  for (const delivery of here.receiver.got) {
    const key = keys.get(transition(delivery)) ?? keyOf(delivery);
    expect(keyOf(delivery), `${transition(delivery)} was told under two keys`).toBe(key);
    keys.set(transition(delivery), key);
  }
}

describe('kill -9', { timeout: 60_000 }, () => {
  it('at many moments of a run loses nothing', async () => {
    const here = await scene();
    let agent = await here.start();
    here.train(20);
    await agent.hasRead(RUN, 1);
    // before, at the beginning of, within and after incidents; each new agent lives a little longer than the last
    for (const moment of [20, 61, 64, 84, 112, 153, 175, 202]) {
      await here.written(moment);
      await agent.kill();
      agent = await here.start();
    }
    await expectNothingLost(here, agent);
  });

  it(`at ${KILLS} random moments, before it is ready too, loses nothing`, {
    timeout: 60_000 + KILLS * 2_000,
  }, async () => {
    const here = await scene();
    here.train(Math.ceil((KILLS * LIFE_MS) / LINES));
    await here.written(1);
    // what was over before the run was first seen would be history
    const first = await here.start();
    await first.hasRead(RUN, 1);
    await first.kill();
    for (let kill = 0; kill < KILLS; kill++) {
      const agent = here.launch();
      await delay(Math.random() * LIFE_MS);
      await agent.kill();
    }
    await here.written(LINES, KILLS * LIFE_MS);
    await expectNothingLost(here, await here.start());
  });

  it('and being down while incidents open and close loses nothing', async () => {
    const here = await scene();
    const first = await here.start();
    here.train(10);
    await first.hasRead(RUN, 1);
    await here.written(62);
    await first.kill();
    await here.written(140);
    const second = await here.start();
    await here.written(152);
    await second.kill();
    await here.written(LINES);
    await expectNothingLost(here, await here.start());
  });

  it('between a request and its answer repeats it under the same key', async () => {
    const here = await scene();
    let agent = await here.start();
    const seen = new Set<string>();
    here.receiver.onDelivery = (delivery) => {
      if (seen.has(keyOf(delivery))) return;
      seen.add(keyOf(delivery));
      agent.process.kill('SIGKILL');
    };
    here.train(10);
    await agent.hasRead(RUN, 1);
    await until(
      'a life of the agent in which it was not killed',
      async () => {
        if (!agent.running) agent = here.launch();
        await here.settled(await agent.ready());
        return true;
      },
      { withinMs: 40_000 },
    );
    await expectNothingLost(here, agent);
    const times = (key: string) => here.receiver.got.filter((delivery) => keyOf(delivery) === key).length;
    expect([...seen].map(times)).toEqual([...seen].map(() => 2));
  });

  it('while the receiver answers 503 loses nothing', async () => {
    const here = await scene();
    let agent = await here.start();
    here.receiver.manner = 503;
    here.train(10);
    await agent.hasRead(RUN, 1);
    for (const moment of [62, 113, 155]) {
      await here.written(moment);
      await here.receiver.next('another attempt', ({ atMs }) => atMs > Date.now() - 2_000);
      await agent.kill();
      agent = await here.start();
    }
    await here.written(LINES);
    expect(here.receiver.accepted).toEqual([]);
    here.receiver.manner = 204;
    await expectNothingLost(here, agent);
  });
});
