import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunSeriesView } from '../../src/view/wire.ts';
import { startAgent } from '../support/agent.ts';
import { temporaryFolder } from '../support/folder.ts';
import { Trainer } from '../support/trainer.ts';

const NAME = 'qwen2.5-7b/医疗 "问答"/lora 100%/sft';

/** An agent that has read a run of this name: 30 good steps and one that is NaN. */
async function reading(name = NAME) {
  const runs = temporaryFolder();
  const trainer = new Trainer(join(runs, name));
  trainer.train(30);
  trainer.train(1, { loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY });
  const agent = await startAgent([runs]);
  await agent.hasRead(name, 31);
  return { agent, trainer, runs };
}

const whole = (name: string, query = '') => `/api/v1/runs/${encodeURIComponent(name)}/series${query}`;

describe('GET /api/v1/runs/{run}/series', () => {
  it('gives the past of a run, whatever it is called, and what has come since', async () => {
    const { agent, trainer } = await reading();
    const byPart = `/api/v1/runs/${NAME.split('/').map(encodeURIComponent).join('/')}/series`;
    for (const path of [whole(NAME), byPart]) {
      const { run, kept, series } = await agent.json<RunSeriesView>(`${path}?names=loss,grad_norm,eval_loss`);
      expect({ run, kept }).toEqual({ run: NAME, kept: true });
      expect(series.map(({ name, attempt }) => [name, attempt])).toEqual([
        ['loss', 1],
        ['grad_norm', 1],
      ]);
      expect(series[0]?.steps).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
      expect(series[0]?.values.slice(-2)).toEqual([2.02, 'NaN']);
      expect(series[1]).toMatchObject({ steps: [31], values: ['Infinity'] });
    }
    trainer.train(1);
    await agent.hasRead(NAME, 32);
    const { series } = await agent.json<RunSeriesView>(whole(NAME));
    expect(series.map(({ name }) => name)).toEqual(expect.arrayContaining(['loss', 'learning_rate', 'epoch']));
    expect(series.find(({ name }) => name === 'loss')?.steps.at(-1)).toBe(32);
  });

  it('gives no more points than it is asked for, the NaN among them', async () => {
    const { agent } = await reading();
    const { series } = await agent.json<RunSeriesView>(whole(NAME, '?names=loss&points=10'));
    expect(series[0]?.steps.length).toBeLessThanOrEqual(10);
    expect(series[0]?.steps[0]).toBe(1);
    expect(series[0]?.values.at(-1)).toBe('NaN');
  });

  it('names what it cannot answer, and the cure', async () => {
    const { agent } = await reading('sft');
    const cases = [
      ['/api/v1/runs/none/series', 404, 'run_not_found', /\/api\/v1\/runs/],
      ['/api/v1/runs/%E0%A4%A/series', 400, 'bad_request', /percent-encoding/],
      [whole('sft', '?names=loss,lost'), 400, 'bad_request', /"lost".*grad_norm/],
      [whole('sft', '?names='), 400, 'bad_request', /"".*grad_norm/],
      [whole('sft', '?points=many'), 400, 'bad_request', /10 to 10000, not "many"/],
      [whole('sft', '?points=5'), 400, 'bad_request', /not "5"/],
      [whole('sft', '?points=10001'), 400, 'bad_request', /not "10001"/],
    ] as const;
    for (const [path, status, code, message] of cases) {
      const response = await agent.get(path);
      expect(response.status, path).toBe(status);
      expect(await response.json(), path).toEqual({ error: { code, message: expect.stringMatching(message) } });
    }
  });

  it('is not confused by a run that is itself called series', async () => {
    const { agent } = await reading('sft/series');
    expect(await agent.json('/api/v1/runs/sft/series')).toMatchObject({ run: 'sft/series', records: 31 });
    expect(await agent.json('/api/v1/runs/sft%2Fseries')).toMatchObject({ run: 'sft/series', records: 31 });
    expect(await agent.json(`${whole('sft/series')}?names=loss`)).toMatchObject({ run: 'sft/series', kept: true });
  });
});
