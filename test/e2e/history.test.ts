import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Agent, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleValue } from '../support/metrics.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { Trainer } from '../support/trainer.ts';

const HOUR_MS = 3_600_000;
const incidents = { run: 'sft', alertname: 'TrainerLossNonFinite' };

/** Watched runs, a receiver, and the memory of the agents that come and go. */
class Place {
  readonly runs = temporaryFolder();
  readonly state = join(temporaryFolder(), 'state');
  readonly receiver: Receiver;
  #witnesses = 0;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  start(): Promise<Agent> {
    return startAgent([this.runs, '--state-dir', this.state, '--webhook', this.receiver.url]);
  }

  trainer(run: string, options: { totalSteps?: number; seed?: number } = {}): Trainer {
    return new Trainer(join(this.runs, run), options);
  }

  /**
   * What was told, in order, once everything that is due has been: notifications keep their order, so when trouble that
   * is made now has arrived, what is not there before it will never come.
   */
  async told(agent: Agent): Promise<string[]> {
    const run = `witness-${++this.#witnesses}`;
    const witness = this.trainer(run);
    witness.train(2);
    await agent.hasRead(run, 2);
    witness.train(1, { loss: Number.NaN });
    await this.receiver.wasTold(`TrainerLossNonFinite firing critical ${run}`);
    await agent.until('nothing is pending', async () => {
      return sampleValue(await agent.metrics(), 'nanwatch_notifications_pending') === 0;
    });
    return this.receiver.told.filter((line) => !line.includes('witness-'));
  }
}

async function place(): Promise<Place> {
  return new Place(await startReceiver());
}

describe('a run that the agent sees for the first time', () => {
  it.each([
    ['finished', (trainer: Trainer) => trainer.finish(), 'finished'],
    ['ended early', (trainer: Trainer) => trainer.endEarly(), 'failed'],
    ['fell silent long ago', (trainer: Trainer) => trainer.age(2 * HOUR_MS), 'stalled'],
  ] as const)('and that had %s is shown, not sent', async (_, end, state) => {
    const here = await place();
    const trainer = here.trainer('old', { totalSteps: 100 });
    trainer.train(30);
    trainer.train(1, { loss: 0 });
    trainer.train(30);
    trainer.train(2, { loss: Number.NaN });
    end(trainer);
    const agent = await here.start();
    expect(await agent.json('/api/v1/runs/old')).toMatchObject({
      state,
      incidents: expect.arrayContaining([
        expect.objectContaining({ alertname: 'TrainerLossZero', status: 'resolved', first_step: 31 }),
        expect.objectContaining({ alertname: 'TrainerLossNonFinite', first_step: 62 }),
      ]),
    });
    const samples = await agent.metrics();
    for (const alertname of ['TrainerLossZero', 'TrainerLossNonFinite']) {
      expect(sampleValue(samples, 'trainer_incidents_total', { run: 'old', alertname })).toBe(1);
    }
    expect(sampleValue(samples, 'trainer_run_state', { run: 'old', state })).toBe(1);
    expect(await here.told(agent)).toEqual([]);
  });

  it('and that is live has what still fires sent, not what is over', async () => {
    const here = await place();
    const trainer = here.trainer('live');
    trainer.train(30);
    trainer.train(1, { loss: 0 });
    trainer.train(30);
    trainer.train(2, { loss: Number.NaN });
    const agent = await here.start();
    expect(await agent.alerts()).toHaveLength(2);
    expect(await here.told(agent)).toEqual(['TrainerLossNonFinite firing critical live']);
  });
});

describe('a receiver that is added later', () => {
  it('is told what still fires, not what is over', async () => {
    const here = await place();
    const [over, old, live] = [here.trainer('over', { totalSteps: 60 }), here.trainer('old'), here.trainer('live')];
    for (const trainer of [over, old, live]) {
      trainer.train(20);
      trainer.train(1, { loss: 0 });
      trainer.train(25);
    }
    over.finish();
    old.age(2 * HOUR_MS);
    const before = await startAgent([here.runs, '--state-dir', here.state]);
    live.train(1, { loss: Number.NaN });
    await before.hasRead('live', live.step);
    await before.stop();
    expect(await here.told(await here.start())).toEqual(['TrainerLossNonFinite firing critical live']);
  });
});

describe('while the agent is down', () => {
  it('an incident that opens and closes is sent once, as resolved', async () => {
    const here = await place();
    const trainer = here.trainer('sft');
    trainer.train(30);
    await (await here.start()).stop();
    trainer.train(3, { loss: Number.NaN });
    trainer.train(21);
    const agent = await here.start();
    expect(await here.told(agent)).toEqual(['TrainerLossNonFinite resolved critical sft']);
    expect(here.receiver.alerts[0]?.annotations).toMatchObject({ first_step: '31', last_step: '33', occurrences: '3' });
    await agent.stop();
    expect(await here.told(await here.start())).toEqual(['TrainerLossNonFinite resolved critical sft']);
  });

  it('an incident that was sent as firing and closes is sent as resolved', async () => {
    const here = await place();
    const trainer = here.trainer('sft');
    trainer.train(30);
    const before = await here.start();
    trainer.train(1, { loss: Number.NaN });
    const began = await here.receiver.wasTold('TrainerLossNonFinite firing critical sft');
    await before.stop();
    trainer.train(21);
    const agent = await here.start();
    const over = await here.receiver.wasTold('TrainerLossNonFinite resolved critical sft');
    expect(await here.told(agent)).toHaveLength(2);
    expect(over.body.alerts[0]?.fingerprint).toBe(began.body.alerts[0]?.fingerprint);
  });

  it('a log that is replaced resolves what was firing, and its numbers begin anew', async () => {
    const here = await place();
    const trainer = here.trainer('sft');
    trainer.train(30);
    const before = await here.start();
    trainer.train(3, { loss: Number.NaN });
    await here.receiver.wasTold('TrainerLossNonFinite firing critical sft');
    await before.stop();
    rmSync(trainer.log);
    here.trainer('sft', { seed: 50 }).train(10);
    const agent = await here.start();
    await here.receiver.wasTold('TrainerLossNonFinite resolved critical sft');
    expect(await here.told(agent)).toHaveLength(2);
    expect(await agent.runs()).toContainEqual(expect.objectContaining({ run: 'sft', records: 10, attempts: 1 }));
    const samples = await agent.metrics();
    expect(sampleValue(samples, 'trainer_nonfinite_total', { run: 'sft', field: 'loss', kind: 'nan' })).toBe(0);
    expect(sampleValue(samples, 'trainer_incidents_total', incidents)).toBe(0);
  });
});

describe('a log that is replaced while it is followed', () => {
  it('resolves what was firing, and its numbers begin anew', async () => {
    const here = await place();
    const trainer = here.trainer('sft');
    trainer.train(30);
    const agent = await here.start();
    trainer.train(3, { loss: Number.NaN });
    await here.receiver.wasTold('TrainerLossNonFinite firing critical sft');
    rmSync(trainer.log);
    here.trainer('sft', { seed: 50 }).train(10);
    await here.receiver.wasTold('TrainerLossNonFinite resolved critical sft');
    expect(await here.told(agent)).toHaveLength(2);
    expect(await agent.runs()).toContainEqual(expect.objectContaining({ run: 'sft', records: 10 }));
    expect(sampleValue(await agent.metrics(), 'trainer_incidents_total', incidents)).toBe(0);
  });
});

describe('a restart', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('after %s sends nothing twice', async (signal) => {
    const here = await place();
    const trainer = here.trainer('sft');
    trainer.train(30);
    const first = await here.start();
    trainer.train(1, { loss: 0 });
    trainer.train(21);
    await here.receiver.wasTold('TrainerLossZero resolved warning sft');
    trainer.train(2, { loss: Number.NaN });
    await here.receiver.wasTold('TrainerLossNonFinite firing critical sft');
    const told = await here.told(first);
    await first.stop(signal);
    for (let restart = 0; restart < 2; restart++) {
      const agent = await here.start();
      expect(await here.told(agent)).toEqual(told);
      await agent.stop(signal);
    }
    expect(new Set(here.receiver.got.map(({ headers }) => headers['idempotency-key'])).size).toBe(
      here.receiver.got.length,
    );
  });
});
