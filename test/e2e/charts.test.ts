import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type Agent, startAgent } from '../support/agent.ts';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, program } from '../support/programs.ts';
import { Trainer } from '../support/trainer.ts';
import { until } from '../support/until.ts';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));
const NAME = 'qwen2.5-7b/医疗 "问答"/lora 100%';

interface OpenedRun extends WatchedPage {
  readonly run: Locator;
  /** How often the past of a run was asked for. */
  readonly asked: () => number;
}

/** The page with a run opened, by a click into its row. */
async function openRun(
  browser: Browser,
  agent: Agent,
  name: string,
  options?: BrowserContextOptions,
): Promise<OpenedRun> {
  const watched = await openPage(browser, options);
  const asked: string[] = [];
  watched.page.on('request', (request) => {
    if (/\/series\?/.test(request.url())) asked.push(request.url());
  });
  await watched.page.goto(agent.url);
  const run = watched.page.locator('tbody.run', { hasText: name });
  await run.waitFor();
  // what draws is loaded when it is wanted
  expect(await drawingCode(watched.page)).toEqual([]);
  await run.locator('.run-name').click();
  await run.locator('.charts:not(.is-waiting)').waitFor();
  expect(await drawingCode(watched.page)).toHaveLength(1);
  return { ...watched, run, asked: () => asked.length };
}

function drawingCode(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    performance.getEntriesByType('resource').flatMap(({ name }) => (/run-charts.*\.js/.test(name) ? [name] : [])),
  );
}

/** Whether anything but the ground is drawn in the first chart of the page. */
function hasInk(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.some((value) => value !== 0);
  });
}

describeWith([program('chromium', 'chromium')], 'the charts of a run', (chromium) => {
  it('show its past, go on with what is logged, and say the values under the pointer', {
    timeout: 60_000,
  }, async () => {
    mkdirSync(RESULTS, { recursive: true });
    const runs = temporaryFolder();
    const trainer = new Trainer(join(runs, NAME));
    trainer.train(200);
    const agent = await startAgent([runs]);
    await agent.hasRead(NAME, 200);
    const { page, run, complaints, asked } = await openRun(await startBrowser(String(chromium)), agent, NAME);

    const loss = run.locator('.chart-loss');
    await loss.getByText('step 200').waitFor();
    expect(await hasInk(page)).toBe(true);
    expect(await run.locator('.chart h4').allInnerTexts()).toEqual([
      'Loss',
      'Gradient norm',
      'Learning rate',
      'Throughput',
      'GPU memory',
    ]);
    expect(await run.locator('.chart-grad_norm').innerText()).toContain('this log has no grad_norm');
    expect(await loss.locator('[role=img]').getAttribute('aria-label')).toBe('Loss, steps 1 to 200');

    trainer.train(1, { loss: 7.5, grad_norm: 3 });
    trainer.train(1, { loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY });
    await loss.getByText('step 202').waitFor();
    await loss.getByText('NaN or infinite').waitFor();
    expect(await loss.locator('.nonfinite').innerText()).toBe('NaN');
    expect(await run.locator('.chart-grad_norm .nonfinite').innerText()).toBe('inf');
    trainer.train(8);
    await loss.getByText('step 210').waitFor();

    await loss.scrollIntoViewIfNeeded();
    const plot = await loss.locator('.u-over').boundingBox();
    if (plot === null) throw new Error('the chart is not visible');
    // step 201, where the axis goes from 1 to 210
    await page.mouse.move(plot.x + (plot.width * 200) / 209, plot.y + plot.height / 2);
    await loss.getByText('step 201').waitFor();
    expect(await loss.locator('.legend').innerText()).toContain('7.5000');
    // the others follow
    await run.locator('.chart-learning_rate').getByText('step 201').waitFor();
    await page.mouse.move(plot.x + (plot.width * 201) / 209, plot.y + plot.height / 2);
    await loss.locator('.chart-incident', { hasText: 'TrainerLossNonFinite' }).waitFor();
    await page.screenshot({ path: join(RESULTS, 'charts.png'), fullPage: true });
    expect(asked()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('fit a telephone, in Chinese and in the dark, and say where there is nothing', { timeout: 60_000 }, async () => {
    const runs = temporaryFolder();
    new Trainer(join(runs, 'begun')).write('');
    new Trainer(join(runs, 'sft')).train(30);
    const agent = await startAgent([runs]);
    await agent.hasRead('sft', 30);
    const options = { viewport: { width: 360, height: 780 }, colorScheme: 'dark', locale: 'zh-CN' } as const;
    const { page, run, complaints } = await openRun(await startBrowser(String(chromium)), agent, 'sft', options);
    await run.locator('.chart-loss').getByText('第 30 步').waitFor();
    expect(await run.locator('.chart-grad_norm').innerText()).toContain('日志中没有梯度范数');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.locator('tbody.run', { hasText: 'begun' }).locator('.run-name').click();
    await page.getByText('暂无数据').waitFor();
    await page.screenshot({ path: join(RESULTS, 'charts-narrow-zh.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  it('show a run that was resumed as one curve, with what was given up behind it', { timeout: 60_000 }, async () => {
    const runs = temporaryFolder();
    const folder = join(runs, 'sft');
    const first = new Trainer(folder);
    first.train(40);
    const agent = await startAgent([runs]);
    await agent.hasRead('sft', 40);
    const { run, asked, complaints } = await openRun(await startBrowser(String(chromium)), agent, 'sft');
    const loss = run.locator('.chart-loss');
    await loss.getByText('step 40').waitFor();
    const resumed = new Trainer(folder, { seed: 9 });
    resumed.resume(20);
    resumed.train(30);
    await loss.getByText('earlier attempt').waitFor({ timeout: 20_000 });
    await loss.getByText('step 50').waitFor();
    await until('it was asked for anew', () => asked() > 1);
    expect(complaints).toEqual([]);
  });
});
