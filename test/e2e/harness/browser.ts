import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './places.ts';

/** Without these Chromium looks for its maker's hosts as it starts, and on loopback there are none. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('no browser: apt-get install chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET });
}

/** How wide the pages are looked at: a desk's screen and a phone's. */
export const WIDTHS = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

/** A page, and what must stay empty: its errors, and the hosts other than the gateway's that it asked. */
export interface WatchedPage {
  readonly page: Page;
  readonly errors: string[];
  readonly strangers: string[];
}

/** Opens a page of its own context: no storage, no cache, in the language and at the width given. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: WIDTHS.desk, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const strangers: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url()))
      strangers.push(request.url());
  });
  return { page, errors, strangers };
}
