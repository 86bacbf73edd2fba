import type { GatewayView } from '../domain/view.ts';
import { choose } from './choose.ts';
import type { Given } from './given.ts';
import type { Screen } from './screen.ts';
import { sinceOf } from './since.ts';

/** An id of an endpoint that is no longer configured still stands in the ledger. */
const ENDPOINT_ID = /^[0-9a-f]{8}$/;

/** What `--since --model --client --endpoint` ask for, as the admin API takes it; undefined once it was said what is wrong. */
export function ledgerQuery(screen: Screen, given: Given, view: GatewayView): URLSearchParams | undefined {
  const query = new URLSearchParams();
  const since = sinceOf(given.text('since') ?? '', Date.now());
  if (since !== undefined) query.set('since', String(since));
  for (const name of ['model', 'client']) {
    const value = given.text(name);
    if (value !== undefined) query.set(name, value);
  }
  const word = given.text('endpoint');
  if (word === undefined) return query;
  const chosen = choose(view.endpoints, word);
  if (!chosen.ok && !ENDPOINT_ID.test(word)) {
    screen.fail(screen.text('noSuchEndpoint', { word }));
    return undefined;
  }
  query.set('endpoint', chosen.ok ? chosen.value.id : word);
  return query;
}

/** A path of the admin API with its query. */
export function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
