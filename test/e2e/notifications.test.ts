import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Agent, runProgram, startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleValue } from '../support/metrics.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { Trainer } from '../support/trainer.ts';

const NOTHING = { version: 1, notifications: [] };

/** An agent whose receiver has refused one notification for good. */
class Place {
  readonly runs = temporaryFolder();
  readonly state = join(temporaryFolder(), 'state');
  readonly receiver: Receiver;
  agent!: Agent;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  async begin(): Promise<void> {
    const trainer = new Trainer(join(this.runs, 'sft'));
    trainer.train(30);
    this.receiver.manner = 403;
    this.agent = await startAgent([this.runs, '--state-dir', this.state, '--webhook', this.receiver.url]);
    trainer.train(1, { loss: Number.NaN });
    await this.agent.until(
      'a notification is dropped',
      async () => sampleValue(await this.agent.metrics(), 'nanwatch_notifications_total', { outcome: 'dropped' }) === 1,
    );
    this.receiver.manner = 204;
  }

  run(what: 'list' | 'retry', ...args: string[]) {
    return runProgram(['notifications', what, '--state-dir', this.state, '--webhook', this.receiver.url, ...args]);
  }

  async list(): Promise<{ notifications: Record<string, unknown>[] }> {
    return JSON.parse((await this.run('list', '--format', 'json')).stdout);
  }
}

async function place(): Promise<Place> {
  const here = new Place(await startReceiver());
  await here.begin();
  return here;
}

describe('what was given up', () => {
  it('is shown with its reason while the agent runs, and sent again by it under its old key', async () => {
    const here = await place();
    const shown = await here.run('list');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(
      /^given up .*reason\n.* webhook +TrainerLossNonFinite +sft +firing +critical +HTTP 403\n$/,
    );
    expect((await here.list()).notifications).toEqual([
      expect.objectContaining({ receiver: 'webhook', status: 'firing', reason: 'HTTP 403', retry_asked: false }),
    ]);
    const retried = await here.run('retry');
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining('1 asked for: the agent') });
    await here.receiver.wasTold('TrainerLossNonFinite firing critical sft');
    const keys = here.receiver.got.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    await here.agent.until('the list is empty', async () => (await here.list()).notifications.length === 0);
  });

  it('is sent by the command itself when no agent runs', async () => {
    const here = await place();
    await here.agent.stop();
    here.receiver.manner = 403;
    const refused = await here.run('retry', '--format', 'json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ asked: 1, by: 'command', delivered: 0, dropped: 1 });
    here.receiver.manner = 204;
    expect(await here.run('retry', '--receiver', 'other')).toMatchObject({
      code: 0,
      stdout: 'Nothing to send again.\n',
    });
    expect(await here.run('retry')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 delivered') });
    expect(await here.list()).toEqual(NOTHING);
    expect(here.receiver.told).toEqual(['TrainerLossNonFinite firing critical sft']);
  });

  it('is not sent when its receiver is not configured any more', async () => {
    const here = await place();
    await here.agent.stop();
    const answer = await runProgram(['notifications', 'retry', '--state-dir', here.state]);
    expect(answer).toMatchObject({ code: 1, stdout: expect.stringContaining('No receiver is named webhook here') });
    expect((await here.list()).notifications).toHaveLength(1);
  });
});

it('a folder in which no agent was is not made by looking', async () => {
  const state = join(temporaryFolder(), 'none');
  const answer = await runProgram(['notifications', 'list', '--state-dir', state]);
  expect(answer).toMatchObject({ code: 0, stdout: 'Nothing was given up.\n' });
  expect(existsSync(state)).toBe(false);
});

it('without a folder the command asks for one', async () => {
  const answer = await runProgram(['notifications', 'list']);
  expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('--state-dir') });
});

it('an address that is not http is refused at start, without repeating it', async () => {
  const file = join(temporaryFolder(), 'nanwatch.yaml');
  writeFileSync(file, 'receivers:\n  - { type: webhook, url: "ftp://example.org/T0ken" }\n');
  const answer = await runProgram(['run', temporaryFolder(), '--config', file]);
  expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('http:// or https://') });
  expect(answer.stderr + answer.stdout).not.toContain('T0ken');
});
