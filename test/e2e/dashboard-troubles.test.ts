import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from './harness/browser.ts';
import { openStage, type Stage } from './harness/dashboard.ts';
import { cleanUp, closeLater } from './harness/qcc.ts';

let browser: Browser;
let stage: Stage;
let page: Page;
let errors: string[];

/** Takes connections and says nothing. */
async function silentServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  });
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const clusters = `  broken:
    endpoints:
      - { name: refused, base_url: "http://127.0.0.1:1", api_key: key-of-the-refused-one, max_failures: 1 }
  mute:
    endpoints:
      - { name: silent, base_url: "http://127.0.0.1:${await silentServer()}", api_key: key-of-the-silent-one }
`;
  [browser, stage] = await Promise.all([openBrowser(), openStage('', clusters)]);
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
  ({ page, errors } = await openPage(browser, stage.url));
  await page.goto(`${stage.url}/__qcc__/#/${hash}`);
  await page.locator('.connection.open').waitFor();
}

it('makes up for the rows that a burst leaves out of the live stream', async () => {
  const burst = 400;
  await stage.ask('claude-burst', {}, { stream: false });
  await show('requests?model=claude-burst');
  const shown = page.getByText(/^\d+ shown/);
  await expect.poll(() => shown.innerText()).toMatch(/^1 /);
  for (let at = 0; at < burst; at += 40)
    await Promise.all(Array.from({ length: 40 }, () => stage.ask('claude-burst', {}, { stream: false })));
  await expect.poll(() => shown.innerText(), { timeout: 20_000 }).toMatch(new RegExp(`^${burst + 1} `));
});

it('follows a request to its end on its own page', async () => {
  const running = await stage.open('claude-ends');
  await show(`request/${running.id}`);
  await page.locator('.page-head .badge.idle').waitFor();
  await fetch(`${stage.url}/__qcc__/exchanges/${running.id}/cancel`, {
    method: 'POST',
    headers: { 'x-qcc-admin': '1' },
  });
  await page.locator('.page-head .badge.bad').waitFor({ timeout: 15_000 });
  expect(await page.getByRole('button', { name: 'Cancel it' }).count()).toBe(0);
  running.end();
});

it('puts an endpoint back that failures have taken out, and forgets an edge', async () => {
  await stage.askCluster('broken', 'claude-refused');
  await show('endpoints');
  const queue = page.getByRole('table', { name: 'Failure queue' });
  await queue.getByRole('button', { name: 'Put back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put back' }).click();
  await page.getByText('refused is in use again.').waitFor();
  for (let cuts = 0; cuts < 3; cuts += 1)
    await stage.ask('claude-cut', { firstByteMs: 9_000, edge: { silenceMs: 1_500 } }, { stream: false });
  await page
    .getByRole('link', { name: /^entry/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Forget edge' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget edge' }).click();
  await page.getByText('Forgotten.').waitFor();
  await expect
    .poll(() => page.getByRole('button', { name: 'Forget edge' }).count(), { timeout: 10_000 })
    .toBe(0);
});

it('has the doctor say what is wrong with an endpoint, and what to write', async () => {
  await show('doctor');
  await page.getByLabel('Endpoint').selectOption({ label: 'refused' });
  await page.getByRole('button', { name: 'Examine' }).click();
  const diagnosis = page.getByRole('region', { name: 'Diagnosis' });
  await diagnosis.waitFor({ timeout: 60_000 });
  await diagnosis.getByText('not well').waitFor();
  expect(await diagnosis.innerText()).toContain('127.0.0.1:1');
  await page.getByRole('listitem').filter({ hasText: 'TCP' }).getByText('bad', { exact: true }).waitFor();
});

it('stops the doctor where one has seen enough', async () => {
  await show('doctor');
  await page.getByLabel('Find out how long').check();
  await page.getByLabel('Endpoint').selectOption({ label: 'silent' });
  await page.getByRole('button', { name: 'Examine' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/paid for/).waitFor();
  await dialog.getByRole('button', { name: 'Examine' }).click();
  await page.getByRole('listitem').first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Stopped before it was done.').waitFor();
  expect(await page.getByRole('region', { name: 'Diagnosis' }).count()).toBe(0);
});

it('does not write over a configuration that has changed meanwhile, and leads to what is wrong in one', async () => {
  await show('config');
  const text = page.getByLabel('config.yaml');
  const before = await text.inputValue();
  await text.fill(before.replace('drain: 1s', 'drain: soon'));
  await page.locator('.problems button').first().click();
  const caret = await text.evaluate((area) => (area as unknown as { selectionStart: number }).selectionStart);
  expect(before.slice(0, caret).split('\n').length).toBe(
    before.split('\n').findIndex((line) => line.startsWith('drain')) + 1,
  );
  const others = stage.configText().replace('drain: 1s', 'drain: 3s');
  writeFileSync(join(stage.home, 'config.yaml'), others);
  await text.fill(before.replace('drain: 1s', 'drain: 2s'));
  await page.getByText('The configuration is sound.').waitFor();
  await page.getByRole('button', { name: 'Apply…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Write and take up' }).click();
  await page.getByText(/changed meanwhile/).waitFor();
  expect(stage.configText()).toBe(others);
  await page.getByRole('button', { name: 'Load it anew' }).click();
  await expect.poll(() => text.inputValue()).toContain('drain: 3s');
});
