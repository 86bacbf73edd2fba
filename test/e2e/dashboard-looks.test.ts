import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, WIDTHS } from './harness/browser.ts';
import { expectNoOverflow, openStage, SECRETS, type Stage, shoot } from './harness/dashboard.ts';
import { cleanUp } from './harness/qcc.ts';

let browser: Browser;
let stage: Stage;
let cut: string;
let running: { id: string; end(): void };

beforeAll(async () => {
  [browser, stage] = await Promise.all([openBrowser(), openStage()]);
  await Promise.all(Array.from({ length: 8 }, () => stage.ask('claude-sonnet-5', { eventMs: 10 })));
  cut = await stage.ask('claude-opus-5', { firstByteMs: 5_000, edge: { silenceMs: 300 } }, { stream: false });
  running = await stage.open('claude-haiku-4-5');
});

afterAll(async () => {
  running?.end();
  await browser?.close();
  await cleanUp();
});

const TITLES = {
  now: ['Durations', '耗时'],
  requests: ['Requests', '请求'],
  request: ['Waterfall', '时间瀑布图'],
  endpoints: ['Endpoints', 'Endpoint'],
  routes: ['Routes', '路由'],
  costs: ['Costs', '费用'],
  doctor: ['Doctor', '诊断'],
  config: ['Config', '配置'],
} as const;

const LANGUAGES = [
  ['en-US', 0],
  ['zh-CN', 1],
] as const;

const CASES = (Object.keys(TITLES) as (keyof typeof TITLES)[]).flatMap((name) =>
  LANGUAGES.flatMap(([locale, index]) =>
    (['desk', 'phone'] as const).map((width) => ({ name, locale, width, title: TITLES[name][index] })),
  ),
);

describe('each page, in both languages and at both widths', () => {
  it.each(CASES)('$name in $locale on a $width', async ({ name, locale, width, title }) => {
    const { page, errors, strangers } = await openPage(browser, stage.url, {
      locale,
      viewport: WIDTHS[width],
    });
    const hash = name === 'request' ? `#/request/${cut}` : `#/${name}`;
    await page.goto(`${stage.url}/__qcc__/${hash}`);
    await page.getByRole('heading', { name: title, exact: true }).first().waitFor();
    await page.waitForLoadState('domcontentloaded');
    await page.locator('.connection.open').waitFor();
    await expectNoOverflow(page, name);
    expect(await page.getAttribute('html', 'lang')).toBe(locale);
    const text = await page.content();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    await shoot(page, `${name}-${locale}-${width}`);
    expect(errors).toEqual([]);
    expect(strangers).toEqual([]);
    await page.context().close();
  });
});

it('can be used in the dark, by keyboard, in another language, and remembers it', async () => {
  const { page, errors } = await openPage(browser, stage.url, { colorScheme: 'dark' });
  await page.goto(`${stage.url}/__qcc__/`);
  await page.getByRole('heading', { name: 'Durations' }).waitFor();
  const brightness = () =>
    page.evaluate(
      `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)`,
    );
  expect(await brightness()).toBeLessThan(200);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('heading', { name: '耗时' }).waitFor();
  await page.getByRole('combobox', { name: '主题' }).selectOption('light');
  expect(await brightness()).toBeGreaterThan(600);
  await page.reload();
  await page.getByRole('heading', { name: '耗时' }).waitFor();
  expect(await brightness()).toBeGreaterThan(600);
  expect(errors).toEqual([]);
  await page.context().close();
});
