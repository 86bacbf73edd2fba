import type { ExchangeRecord, LedgerEntry } from '../domain/ledger.ts';
import type { GatewayView } from '../domain/view.ts';
import type { Gateway } from './gateway-state.ts';
import type { Given } from './given.ts';
import { ledgerQuery } from './ledger-query.ts';
import type { Screen } from './screen.ts';

/** Which requests are wanted, as the admin API takes it; undefined once it was said what is wrong. */
export function logQuery(screen: Screen, given: Given, view: GatewayView): URLSearchParams | undefined {
  const query = ledgerQuery(screen, given, view);
  if (!query) return undefined;
  for (const name of ['failed', 'lost']) if (given.flag(name)) query.set(name, 'true');
  const slow = given.number('slow');
  if (slow !== undefined) query.set('slow', String(Math.round(slow * 1_000)));
  const cause = given.text('cause');
  if (cause !== undefined) query.set('cause', cause);
  return query;
}

/**
 * Whether a row of the live stream passes what `logQuery` asks the ledger for. `endpoint` is left to
 * `usedEndpoint`: a row names only the last one that was asked.
 */
export function passes(query: URLSearchParams, row: ExchangeRecord): boolean {
  const { endedAt, startedAt, failed, lostCalls } = row;
  const slow = query.get('slow');
  return (
    startedAt >= Number(query.get('since') ?? 0) &&
    (query.get('failed') === null || failed === true) &&
    (query.get('lost') === null || lostCalls > 0) &&
    (slow === null || (endedAt !== undefined && endedAt - startedAt >= Number(slow))) &&
    (['model', 'client', 'cause'] as const).every((name) => [null, row[name]].includes(query.get(name)))
  );
}

/** Whether a request went to an endpoint at all; asks the ledger where its row cannot tell. */
export async function usedEndpoint(gateway: Gateway, row: ExchangeRecord, id: string): Promise<boolean> {
  if (row.endpointId === id) return true;
  if (row.attemptCount === 0 || (row.attemptCount === 1 && row.endpointId !== undefined)) return false;
  const entry = await gateway.get<LedgerEntry>(`ledger/${encodeURIComponent(row.id)}`);
  return entry.ok && entry.value.attempts.some(({ endpointId }) => endpointId === id);
}
