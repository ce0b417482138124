import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { startDemo } from '../support/demo.ts';
import { describeWith, program } from '../support/programs.ts';
import { until } from '../support/until.ts';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));
const RUNS = ['llama-bf16-healthy', 'llama-fp16-intermittent-nan'];
const WIDE = { viewport: { width: 1280, height: 800 } };

describeWith([program('chromium', 'chromium')], 'the page', (chromium) => {
  it('shows the demo while it happens, in every dress', { timeout: 60_000 }, async () => {
    mkdirSync(RESULTS, { recursive: true });
    const browser = await startBrowser(String(chromium));
    const pages = {
      light: await openPage(browser, { ...WIDE, colorScheme: 'light' }),
      dark: await openPage(browser, { ...WIDE, colorScheme: 'dark' }),
      narrow: await openPage(browser, { viewport: { width: 390, height: 844 }, colorScheme: 'light' }),
      zh: await openPage(browser, { ...WIDE, colorScheme: 'light', locale: 'zh-CN' }),
    };
    const demo = await startDemo();
    await demo.until('the page is there', async () => (await fetch(demo.url)).ok);
    const shots = Object.entries(pages).map(async ([name, { page }]) => {
      await page.goto(demo.url);
      await page.waitForFunction(showsTrouble, RUNS, { polling: 50, timeout: 20_000 });
      await page.screenshot({ path: join(RESULTS, `page-${name}.png`) });
    });
    await Promise.all(shots);

    expect(await pages.zh.page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await pages.zh.page.locator('body').innerText()).toContain('训练任务');
    expect(await background(pages.light.page)).not.toBe(await background(pages.dark.page));
    const [page, narrow] = [pages.light.page, pages.narrow.page];
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

    // rows change places while incidents come and go
    const healthy = narrow.locator('tbody.run', { hasText: RUNS[0] as string });
    await healthy.locator('button[aria-expanded]').click();
    await healthy.locator('button[aria-expanded=true]').waitFor();
    const about = await healthy.locator('.about').innerText();
    expect(about).toContain('LLaMA-Factory');
    expect(about).toContain('trainer_log.jsonl');
    await narrow.screenshot({ path: join(RESULTS, 'page-narrow-about.png'), fullPage: true });
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

    await page
      .locator('tbody.run', { hasText: RUNS[1] as string })
      .getByText('finished')
      .waitFor({ timeout: 30_000 });
    await page.locator('details.resolved').waitFor();
    expect(Object.values(pages).flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  it('is served with a policy that allows nothing foreign', async () => {
    const demo = await startDemo();
    const response = await demo.until('the page is there', () => fetch(demo.url));
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    // a browser obeys it
    const { page, complaints } = await openPage(await startBrowser(String(chromium)));
    await page.goto(demo.url);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "owned"';
      document.body.append(script);
    });
    await until('a complaint', () => complaints.some((one) => one.includes('Content Security Policy')));
    expect(await page.title()).not.toBe('owned');
  });
});

/**
 * Runs in the page: both runs are there, an incident is open with the alert that it leads, and an earlier one is over.
 * One look at all of it, since the demo's incidents last about a second.
 */
function showsTrouble(runs: readonly string[]): boolean {
  const rows = [...document.querySelectorAll('tbody.run')].map(({ textContent }) => textContent ?? '');
  const [incident, ...more] = [...document.querySelectorAll('article.incident')].map(
    ({ textContent }) => textContent ?? '',
  );
  return (
    runs.every((run) => rows.some((row) => row.includes(run))) &&
    incident !== undefined &&
    more.length === 0 &&
    incident.includes('Gradient norm is NaN') &&
    incident.includes('llama-fp16-intermittent-nan') &&
    /1 (related alert|条相关告警)/.test(incident) &&
    document.querySelector('details.resolved') !== null &&
    document.title.startsWith('(1) ')
  );
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
