import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { startDemo } from '../support/demo.ts';
import { describeWith, program } from '../support/programs.ts';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));
const RUNS = ['llama-bf16-healthy', 'llama-fp16-intermittent-nan'];
const WIDE = { viewport: { width: 1280, height: 800 } };

describeWith([program('chromium', 'chromium')], 'the page', (chromium) => {
  it('shows the demo while it happens, in every dress', async () => {
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
    await Promise.all(Object.values(pages).map(({ page }) => page.goto(demo.url)));

    await Promise.all(
      Object.entries(pages).map(async ([name, { page }]) => {
        await page.locator('article.incident').first().waitFor({ timeout: 20_000 });
        await page.screenshot({ path: join(RESULTS, `page-${name}.png`) });
      }),
    );
    const { page } = pages.light;
    for (const run of RUNS) await page.locator('tr', { hasText: run }).waitFor();
    // the demo has another incident within seconds of the last
    const incident = page.locator('article.incident.is-critical, article.incident.is-warning');
    await incident.getByRole('heading', { name: /Gradient norm is NaN/ }).waitFor({ timeout: 20_000 });
    await page.getByRole('heading', { name: /^Open incidents 1$/ }).waitFor({ timeout: 20_000 });
    await page.waitForFunction(() => document.title.startsWith('(1) '), undefined, { timeout: 20_000 });

    expect(await pages.zh.page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await pages.zh.page.locator('body').innerText()).toContain('训练任务');
    expect(await background(pages.light.page)).not.toBe(await background(pages.dark.page));
    const { page: narrow } = pages.narrow;
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

    await page.locator('tr', { hasText: RUNS[1] as string }).getByText('finished').waitFor({ timeout: 30_000 });
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
    expect(complaints).toContainEqual(expect.stringContaining('policy: script-src'));
    expect(await page.title()).not.toBe('owned');
  });
});

function background(page: import('playwright-core').Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
