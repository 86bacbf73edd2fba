import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointView } from '../domain/health.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import { findGateway, type Gateway, type LiveMessage } from './gateway-state.ts';
import type { Cli } from './given.ts';
import { untilInterrupted } from './interrupt.ts';
import { withQuery } from './ledger-query.ts';
import { passes, usedEndpoint } from './log-filter.ts';
import type { LogPrinter } from './log-printer.ts';
import { showAnswer } from './with-gateway.ts';

/** What is followed. */
export interface Followed {
  readonly gateway: Gateway;
  readonly query: URLSearchParams;
  /** How many rows come first. */
  readonly limit: string | undefined;
}

const FIRST_ROWS = '10';
/** Read anew after the gateway was gone, or left rows out: what ended meanwhile is among them, if anything is. */
const CAUGHT_UP_ROWS = '1000';
/** Rows remembered, so that none is written twice. */
const MAX_SEEN = 10_000;
/** How often it is looked for while it is gone. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Writes the newest rows, then each that ends, until the user ends it; waits for a gateway that goes away. Exit code.
 * `onEndpoints` is told what endpoints there are, as often as the gateway tells.
 */
export async function followLive(
  cli: Cli,
  followed: Followed,
  printer: LogPrinter,
  onEndpoints: (endpoints: readonly EndpointView[]) => void,
): Promise<number> {
  const leaving = new AbortController();
  void untilInterrupted(cli.ports).then(() => leaving.abort());
  const book = rowBook();
  const beganAt = Date.now();
  let { gateway } = followed;
  for (let first = true; ; first = false) {
    const limit = first ? (followed.limit ?? FIRST_ROWS) : CAUGHT_UP_ROWS;
    const wanted = (row: ExchangeRecord): boolean => first || (row.endedAt ?? 0) >= beganAt;
    const ended = await followOnce(
      { ...followed, gateway, limit },
      { book, printer, wanted, onEndpoints },
      leaving.signal,
    );
    if (leaving.signal.aborted) return 0;
    if (!ended.ok && ended.error.kind === 'refused') return showAnswer(cli, ended, () => 0);
    cli.screen.remark('gatewayLost');
    const found = await waitForGateway(cli, leaving.signal);
    if (!found) return 0;
    cli.screen.remark('gatewayFound', { address: found.address });
    gateway = found;
  }
}

interface Writing {
  readonly book: ReturnType<typeof rowBook>;
  readonly printer: LogPrinter;
  readonly wanted: (row: ExchangeRecord) => boolean;
  readonly onEndpoints: (endpoints: readonly EndpointView[]) => void;
}

/** One connection: what is on the ledger, and then what the stream brings. Rows stay in the order in which they ended. */
async function followOnce(
  { gateway, query, limit }: Followed,
  { book, printer, wanted, onEndpoints }: Writing,
  signal: AbortSignal,
) {
  const endpoint = query.get('endpoint');
  const write = (row: ExchangeRecord): void => {
    if (book.isNews(row)) printer.print([row]);
  };
  const take = async (row: ExchangeRecord): Promise<void> => {
    if (!passes(query, row)) return;
    if (endpoint === null || (await usedEndpoint(gateway, row, endpoint))) write(row);
  };
  const newest = (count: string) => {
    const asked = new URLSearchParams(query);
    asked.set('limit', count);
    return gateway.get<readonly ExchangeRecord[]>(withQuery('ledger', asked));
  };
  const joinedAt = Date.now();
  const listed = newest(limit ?? FIRST_ROWS);
  let inOrder = listed.then((answer) => {
    if (!answer.ok) return;
    const rows = answer.value.filter((row) => row.delivery !== 'running' && wanted(row)).reverse();
    const news = rows.filter((row) => book.isNews(row));
    // Even none: the head shows that something is looked at.
    printer.print(news);
  });
  const makeUp = async (): Promise<void> => {
    const answer = await newest(CAUGHT_UP_ROWS);
    if (!answer.ok) return;
    const rows = answer.value.filter((row) => (row.endedAt ?? 0) >= joinedAt);
    for (const row of rows.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))) write(row);
  };
  let leftOut = 0;
  const onMessage = (message: LiveMessage): void => {
    if (message.kind === 'exchange') {
      inOrder = inOrder.then(() => take(message.data));
      return;
    }
    const { endpoints, rowsLeftOut = 0 } = message.data;
    onEndpoints(endpoints);
    if (rowsLeftOut > leftOut) inOrder = inOrder.then(makeUp);
    leftOut = rowsLeftOut;
  };
  const ended = await gateway.live(onMessage, signal);
  if (!signal.aborted) await inOrder;
  return ended;
}

/** Which rows were written: one is again once it ended otherwise (a client came for an answer that lay there). */
function rowBook() {
  const seen = new Map<string, string>();
  return {
    isNews({ id, delivery }: ExchangeRecord): boolean {
      if (seen.get(id) === delivery) return false;
      seen.delete(id);
      seen.set(id, delivery);
      for (const [oldest] of seen) {
        if (seen.size <= MAX_SEEN) break;
        seen.delete(oldest);
      }
      return true;
    },
  };
}

/** Looks for a running gateway until there is one; undefined once `signal` is aborted. */
async function waitForGateway({ ports }: Cli, signal: AbortSignal): Promise<Gateway | undefined> {
  while (!signal.aborted) {
    const state = await findGateway(ports);
    if (state.kind === 'running') return state.gateway;
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
