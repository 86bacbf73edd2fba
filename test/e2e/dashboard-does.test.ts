import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, WIDTHS } from './harness/browser.ts';
import { expectNoOverflow, openStage, SECRETS, type Stage } from './harness/dashboard.ts';
import { cleanUp } from './harness/qcc.ts';

let browser: Browser;
let stage: Stage;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [browser, stage] = await Promise.all([openBrowser(), openStage()]);
});

afterEach(async () => {
  expect(errors).toEqual([]);
  await page.context().close();
});

afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

async function show(hash: string): Promise<void> {
  const opened = await openPage(browser, stage.url);
  ({ page, errors } = opened);
  await page.goto(`${stage.url}/__qcc__/#/${hash}`);
  await page.locator('.connection.open').waitFor();
}

const rows = () => page.locator('[role=grid] .grid-row');

describe('now', () => {
  it('shows a request while it runs, and leads to its page, where it can be cancelled', async () => {
    await show('now');
    await page.getByText('Nothing is running.').waitFor();
    const running = await stage.open('claude-runs-now');
    const row = page.getByRole('row', { name: /claude-runs-now/ });
    await row.waitFor();
    const elapsed = async () => Number.parseFloat((await row.getByRole('cell').nth(3).innerText()) || '0');
    const before = await elapsed();
    await expect.poll(elapsed, { timeout: 10_000 }).toBeGreaterThan(before);
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: running.id }).waitFor();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('Cancelled.').waitFor();
    await page.locator('.page-head .badge.bad').waitFor({ timeout: 15_000 });
    running.end();
  });
});

describe('requests', () => {
  it('draws only rows in sight of many, and opens one by keyboard', async () => {
    const many = 260;
    for (let at = 0; at < many; at += 20)
      await Promise.all(Array.from({ length: 20 }, () => stage.ask('claude-many', {}, { stream: false })));
    await show('requests?model=claude-many');
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('201');
    expect(await rows().count()).toBeLessThan(80);
    await page.getByRole('columnheader', { name: 'Duration' }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => page.getByRole('grid').getAttribute('aria-rowcount'), { timeout: 10_000 })
      .toBe(String(many + 1));
    const focusedRow = () =>
      page.evaluate("document.activeElement.matches('.row-link') && document.activeElement.title");
    await expect.poll(focusedRow).toMatch(/^req-/);
    const last = await focusedRow();
    await page.keyboard.press('ArrowUp');
    await expect.poll(focusedRow).not.toBe(last);
    const focused = await focusedRow();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: String(focused) }).waitFor();
  });

  it('filters by what stands in the address, and takes live what fits', async () => {
    await stage.ask('claude-filter', { status: 400 });
    await stage.ask('claude-filter', {});
    await show('requests?model=claude-filter');
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByLabel('failed').check();
    await expect.poll(() => rows().count()).toBe(1);
    expect(page.url()).toContain('failed=1');
    await page.reload();
    await expect.poll(() => rows().count()).toBe(1);
    await Promise.all([stage.ask('claude-filter', {}), stage.ask('claude-other', { status: 400 })]);
    await stage.ask('claude-filter', { status: 400 });
    await expect.poll(() => rows().count(), { timeout: 10_000 }).toBe(2);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => rows().count()).toBeGreaterThan(3);
  });

  it('stays where one reads while others come in above', async () => {
    await show('requests?model=claude-many');
    const grid = page.getByRole('grid');
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('201');
    await page.evaluate("document.querySelector('[role=grid]').scrollTop = 1700");
    const seen = () =>
      page.evaluate(`(() => {
        const box = document.querySelector('[role=grid]').getBoundingClientRect();
        const row = [...document.querySelectorAll('[role=grid] .grid-row')].find((one) => one.getBoundingClientRect().top >= box.top + 34);
        return row.querySelector('a').title;
      })()`);
    await expect.poll(seen).toBeTruthy();
    const before = await seen();
    await stage.ask('claude-many', {});
    await expect.poll(() => grid.getAttribute('aria-rowcount'), { timeout: 10_000 }).toBe('202');
    expect(await page.evaluate("document.querySelector('[role=grid]').scrollTop")).toBe(1734);
    expect(await seen()).toBe(before);
  });

  it('leads from the text of a 524 page to the request behind it', async () => {
    const id = await stage.ask(
      'claude-page',
      { firstByteMs: 5_000, edge: { silenceMs: 250 } },
      { stream: false },
    );
    await show('requests');
    await page.getByRole('button', { name: 'Explain an error page…' }).click();
    await page.getByRole('textbox', { name: 'Text' }).fill(`the client said: request ${id} failed`);
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    await page.getByRole('heading', { name: id }).waitFor();
    await page.getByRole('heading', { name: 'An edge cut it' }).first().waitFor();
    await page.getByText('edge: {').first().waitFor();
    await page.getByText('Answer of attempt 1').click();
    await page.getByText('cf-ray').first().waitFor();
  });
});

describe('endpoints', () => {
  it('checks one, takes it out and puts it back, in the file too', async () => {
    await show('endpoints');
    await page.getByRole('link', { name: /node/ }).first().click();
    await page.getByRole('button', { name: 'Check now' }).first().click();
    await page.getByText(/node answered in/).waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Disable' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('node is disabled.').waitFor();
    expect(stage.configText()).toMatch(/name: node.*enabled: false/s);
    await page.getByRole('button', { name: 'Enable' }).first().click();
    await page.getByText('node is enabled.').waitFor();
    expect(stage.configText()).toContain("# the browser's gateway");
    for (const secret of SECRETS) expect(stage.configText()).toContain(secret);
  });
});

describe('clusters and routes', () => {
  it('says where a request would go, as the form is filled in', async () => {
    await show('routes');
    const answer = page.locator('.what-if dl');
    await expect.poll(() => answer.innerText()).toContain('chat');
    await page.getByLabel('Thinking').selectOption('yes');
    await expect.poll(() => answer.innerText()).toContain('long-thinking');
    await expect.poll(() => answer.innerText()).toContain('reasoning');
    expect(page.url()).toContain('thinking=yes');
    await page.getByLabel('Headers, one a line').fill('x-qcc-scenario: quick');
    await expect.poll(() => answer.innerText()).toContain('quick');
    await page.getByRole('table', { name: /order/ }).getByText('entry').waitFor();
  });
});

describe('costs', () => {
  it('adds up by model, over the time in the address', async () => {
    await stage.ask('claude-opus-5', {});
    await show('costs');
    await page.getByRole('cell', { name: 'claude-opus-5' }).first().waitFor();
  });
});

describe('doctor', () => {
  it('examines an endpoint step by step, and finds it well', async () => {
    await show('doctor');
    await page.getByLabel('Endpoint').selectOption({ label: 'entry' });
    await page.getByRole('button', { name: 'Examine' }).click();
    await page.getByRole('region', { name: 'Diagnosis' }).waitFor({ timeout: 60_000 });
    const conversation = page.getByRole('listitem').filter({ hasText: 'Conversation' });
    await conversation.getByText('ok', { exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Diagnosis' }).innerText()).toContain('healthy');
  });
});

describe('config', () => {
  it('marks what is wrong, shows what changes, and writes it with its secrets', async () => {
    await show('config');
    const text = page.getByLabel('config.yaml');
    const before = await text.inputValue();
    for (const secret of SECRETS) expect(before).not.toContain(secret);
    await text.fill(before.replace('drain: 1s', 'drain: soon'));
    await page.locator('.line-numbers .wrong').waitFor();
    expect(await page.getByRole('button', { name: 'Apply…' }).isDisabled()).toBe(true);
    await text.fill(before.replace('drain: 1s', 'drain: 2s'));
    await page.getByText('The configuration is sound.').waitFor();
    await page.getByRole('button', { name: 'Apply…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('.gone').innerText()).toContain('drain: 1s');
    expect(await dialog.locator('.added').innerText()).toContain('drain: 2s');
    await dialog.getByRole('button', { name: 'Write and take up' }).click();
    await page.getByText(/^Applied/).waitFor();
    expect(stage.configText()).toContain('drain: 2s');
    for (const secret of SECRETS) expect(stage.configText()).toContain(secret);
  });
});

it('shows names that are markup, long or turn the text around as mere text, and stays as wide as a phone', async () => {
  const name = `<img src=x onerror="window.broke=1">\u202E😀${'x'.repeat(300)}`;
  const id = await stage.ask(name, { status: 400 });
  await show('now');
  await page.setViewportSize(WIDTHS.phone);
  const asked = encodeURIComponent(name);
  for (const [hash, seen] of [
    [`requests?model=${asked}`, rows().first()],
    [`request/${id}`, page.getByText(name).first()],
    [`request/${asked}`, page.getByRole('link', { name: 'To the requests' })],
    [`routes?path=${asked}`, page.locator('.bad-text')],
    ['costs?by=model', page.getByText(name).first()],
  ] as const) {
    await page.goto(`${stage.url}/__qcc__/#/${hash}`);
    await seen.waitFor();
    await expectNoOverflow(page, hash.slice(0, 20));
  }
  expect(await page.evaluate('window.broke')).toBeUndefined();
  // Chromium writes each refusal into the console: those of the unknown request and path were wanted.
  errors = errors.filter((error) => !/40[04]/.test(error));
});

it('says when the gateway is gone, and keeps what it last said', async () => {
  const leaving = await openStage();
  const opened = await openPage(browser, leaving.url);
  page = opened.page;
  await page.goto(`${leaving.url}/__qcc__/#/endpoints`);
  await page.getByRole('link', { name: /entry/ }).first().waitFor();
  await fetch(`${leaving.url}/__qcc__/stop`, { method: 'POST', headers: { 'x-qcc-admin': '1' } });
  await page.locator('.connection.reconnecting').waitFor({ timeout: 15_000 });
  await page.locator('.banner.warn').waitFor();
  expect(await page.getByRole('link', { name: /entry/ }).count()).toBeGreaterThan(0);
  errors = opened.errors.filter((error) => !/ERR_/.test(error));
});

it('asks for the admin token where one is set', async () => {
  const guarded = await openStage('admin: { token: browser-token-123 }\n');
  const opened = await openPage(browser, guarded.url, { viewport: WIDTHS.phone });
  page = opened.page;
  await page.goto(`${guarded.url}/__qcc__/`);
  const dialog = page.getByRole('dialog', { name: 'Admin token' });
  await dialog.getByLabel('Token').fill('wrong-token');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.getByText(/wrong/).waitFor();
  await dialog.getByLabel('Token').fill('browser-token-123');
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await page.locator('.connection.open').waitFor();
  await page.getByText('Nothing is running.').waitFor();
  // Chromium writes each refusal into the console: those were wanted.
  errors = opened.errors.filter((error) => !error.includes('403'));
});
