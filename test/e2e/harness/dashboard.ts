import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ExchangeRecord } from '../../../src/domain/ledger.ts';
import { type SimulatorScript, startSimulator } from '../../../src/simulator/simulator.ts';
import { closeLater, type GatewayProcess, gatewayProcess } from './qcc.ts';

/** Distinctive, so that one that got out is found wherever it stands. */
export const SECRETS = ['sk-ant-browser-secret-0001', 'sk-ant-browser-secret-0002'] as const;

/** A gateway process in front of two simulators; the second one stands behind nothing. */
export interface Stage extends GatewayProcess {
  /** Asks with a script for the simulator; the request's id, whatever came of it. */
  ask(model: string, script: SimulatorScript, more?: { stream?: boolean }): Promise<string>;
  /** Asks a cluster by its name; what comes of it is the ledger's. */
  askCluster(cluster: string, model: string): Promise<string>;
  /** Opens a stream that goes on until `end`. */
  open(model: string): Promise<{ id: string; end(): void }>;
  configText(): string;
  ledger(query?: string): Promise<readonly ExchangeRecord[]>;
}

/** `more`: further settings; `clusters`: further clusters, each reached by the header `x-cluster`. */
export async function openStage(more = '', clusters = ''): Promise<Stage> {
  const [first, second] = await Promise.all([startSimulator({}), startSimulator({})]);
  for (const simulator of [first, second]) closeLater(simulator);
  const gateway = await gatewayProcess(
    `# the browser's gateway
clusters:
  main:
    endpoints:
      - { name: entry, base_url: "${first.url}", api_key: ${SECRETS[0]}, priority: 1 }
      - { name: node, base_url: "${second.url}", api_key: ${SECRETS[1]}, priority: 2 }
${clusters}routes:
${clusters ? '  - { name: by-header, match: { headers: { x-cluster: broken } }, cluster: broken }\n' : ''}  - { name: long-thinking, match: { thinking: true }, scenario: reasoning }
drain: 1s
${more}`,
  );
  return {
    ...gateway,
    ask: (model, script, { stream = true } = {}) => ask(gateway.url, model, script, stream),
    askCluster: (cluster, model) => ask(gateway.url, model, {}, false, { 'x-cluster': cluster }),
    open: (model) => openStream(gateway.url, model),
    configText: () => readFileSync(join(gateway.home, 'config.yaml'), 'utf8'),
    ledger: async (query = '') =>
      (await (await fetch(`${gateway.url}/__qcc__/ledger?${query}`)).json()) as readonly ExchangeRecord[],
  };
}

function post(
  url: string,
  model: string,
  script: SimulatorScript,
  stream: boolean,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) {
  const messages = [{ role: 'user', content: `Question ${Math.random()}` }];
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sim-script': JSON.stringify(script), ...headers },
    body: JSON.stringify({ model, max_tokens: 1000, stream, messages }),
    ...(signal ? { signal } : {}),
  });
}

async function ask(
  url: string,
  model: string,
  script: SimulatorScript,
  stream: boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await post(url, model, script, stream, headers);
  await answer.text().catch(() => undefined);
  return answer.headers.get('x-qcc-request-id') ?? '';
}

async function openStream(url: string, model: string): Promise<{ id: string; end(): void }> {
  const controller = new AbortController();
  const answer = await post(url, model, { eventMs: 100, events: 100_000 }, true, {}, controller.signal);
  return { id: answer.headers.get('x-qcc-request-id') ?? '', end: () => controller.abort() };
}

/** With `QCC_SCREENSHOTS` set to a folder, what a test sees is left there for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.QCC_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Nothing may stand out of the page sideways: a phone would scroll in two directions. */
export async function expectNoOverflow(page: Page, name: string): Promise<void> {
  const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  expect(over, `${name} is too wide`).toBeLessThanOrEqual(0);
}
