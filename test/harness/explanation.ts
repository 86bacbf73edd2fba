import { expect } from 'vitest';
import { parse } from 'yaml';
import { createFleet } from '../../src/cluster/cluster.ts';
import type { Explanation, Finding, FindingKind, PageExplanation } from '../../src/domain/explanation.ts';
import { type ExchangeRecord, OWN_CLIENT } from '../../src/domain/ledger.ts';
import { createExplaining } from '../../src/evidence/evidence.ts';
import type { ExplainRules } from '../../src/explain/explain.ts';
import type { memoryStore } from '../../src/storage/storage.ts';
import { type RunningGateway, settingsOf, until } from './gateway.ts';

const asJson = async (response: Response): Promise<unknown> => {
  expect(response.status).toBe(200);
  return response.json();
};

/** Ended exchanges, newest first. */
export async function ledgerOf(gateway: RunningGateway): Promise<readonly ExchangeRecord[]> {
  const all = (await asJson(await fetch(`${gateway.url}/__qcc__/ledger?limit=100`))) as ExchangeRecord[];
  return all.filter(({ endedAt }) => endedAt !== undefined);
}

/** The exchange that ended last, once there are `count` of them. */
export async function lastExchange(gateway: RunningGateway, count: number): Promise<ExchangeRecord> {
  // Verifications are on the ledger, too.
  const ofClients = async () => (await ledgerOf(gateway)).filter(({ client }) => client !== OWN_CLIENT);
  await until(async () => (await ofClients()).length >= count);
  const [last] = await ofClients();
  if (!last) throw new Error('the ledger is empty');
  return last;
}

/** As the admin API explains it. */
export async function explanationOf(
  gateway: RunningGateway,
  id: string,
  language: 'en' | 'zh' = 'en',
): Promise<Explanation> {
  const path = `/__qcc__/ledger/${id}/explanation?language=${language}`;
  return (await asJson(await fetch(gateway.url + path))) as Explanation;
}

/** What the admin API makes of a pasted text. */
export async function explainedText(gateway: RunningGateway, text: string): Promise<PageExplanation> {
  const body = JSON.stringify({ text });
  const headers = { 'content-type': 'application/json', 'x-qcc-admin': '1' };
  return (await asJson(
    await fetch(`${gateway.url}/__qcc__/explain?language=en`, { method: 'POST', headers, body }),
  )) as PageExplanation;
}

/** Explains with rules scaled to the test's timers, from the store that the gateway writes to. */
export async function explainScaled(
  store: ReturnType<typeof memoryStore>,
  yaml: string,
  id: string,
  rules: Partial<ExplainRules>,
): Promise<Explanation> {
  const settings = await settingsOf(yaml);
  const exchanges = { views: () => [], find: () => undefined };
  const ports = { store, fleet: createFleet(settings), exchanges, now: Date.now, settings: () => settings };
  const explained = await createExplaining(ports).explanation(id, 'en', rules);
  if (!explained) throw new Error(`no exchange ${id}`);
  return explained;
}

/** The first finding, which must be of this kind; its configuration must at least be YAML of known sections. */
export function firstFinding({ findings }: Explanation, kind: FindingKind): Finding {
  const [first] = findings;
  expect(findings.map((finding) => finding.kind)).toContain(kind);
  expect(first?.kind).toBe(kind);
  if (first?.config !== undefined) expect(parse(first.config)).toBeTypeOf('object');
  return first!;
}

/** A duration below 10 s as explanations show it. */
export const shownMs = (ms = Number.NaN): string =>
  ms < 999.5 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`;
