import type { Downstream } from '../domain/downstream.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import type { ClientRequest } from '../domain/request.ts';
import type { Language } from '../errors/catalogue.ts';
import { gatewayError } from '../errors/gateway-error.ts';
import { type FollowOptions, type Journal, refuse } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { attend, type ClientPorts } from './client.ts';
import { type Exchange, sameClient } from './life.ts';

const TICKET_PATH = /^\/__qcc__\/exchanges\/([\w-]{1,80})\/answer$/;

/** Below the limit of every edge that is known to cut totals. */
const LONG_POLL_MS = 20_000;

/** The exchange whose answer is asked for; undefined for any other path. */
export function ticketOf(path: string): string | undefined {
  return TICKET_PATH.exec(path)?.[1];
}

const answerPath = (id: string): string => `/__qcc__/exchanges/${id}/answer`;

/** `202 Accepted`: the answer is being made, and `location` says where to fetch it (RFC 7240, section 4.1). */
export function offerTicket(id: string, downstream: Downstream): void {
  const body = Buffer.from(JSON.stringify({ id, status: 'running', answer: answerPath(id) }));
  const headers = [
    'content-type',
    'application/json',
    'location',
    answerPath(id),
    'preference-applied',
    'respond-async',
    'retry-after',
    '1',
    'x-qcc-request-id',
    id,
  ];
  downstream.answer(202, headers, body);
}

export interface RedeemPorts extends ClientPorts {
  readonly answers: { byId(id: string): Promise<StoredAnswer | undefined> };
  readonly language: Language;
}

/**
 * Gives out the answer behind a ticket: the whole of it once it is there, a further 202 while it is not, or with
 * `?stream=true&from=OFFSET` its event stream from a byte on. Only to the client that asked for it.
 */
export async function redeemTicket(
  id: string,
  request: ClientRequest,
  downstream: Downstream,
  stallMs: number,
  ports: RedeemPorts,
): Promise<void> {
  const { exchanges, clock, language } = ports;
  const query = new URLSearchParams(request.query);
  const exchange = exchanges.find(id) ?? (await adopted(id, ports));
  if (!exchange || !sameClient(exchange.request.client, request.client)) {
    const error = gatewayError('no_such_answer', { id: id.slice(0, 80) });
    return refuse(downstream, error, { protocol: 'openai-chat', requestId: request.id, language });
  }
  const stream = query.get('stream') === 'true';
  exchanges.follow(exchange);
  if (!stream && !(await ended(exchange.journal, clock, downstream))) {
    offerTicket(id, downstream);
    return exchanges.unfollow(exchange);
  }
  const from = Number.parseInt(query.get('from') ?? '0', 10);
  const options: FollowOptions = {
    protocol: exchange.request.protocol,
    requestId: id,
    stream,
    hideUsage: false,
    skipBytes: stream && from > 0 ? from : 0,
    language,
    clock,
    receivedAt: request.receivedAt,
    beat: undefined,
    cutAt: undefined,
    patience: undefined,
    stallMs,
    headers: [],
  };
  const attendance = { exchange, request: exchange.request, joined: false, settings: undefined };
  attend(attendance, downstream, options, ports);
}

async function adopted(id: string, { answers, exchanges }: RedeemPorts): Promise<Exchange | undefined> {
  const stored = await answers.byId(id);
  return stored && (exchanges.find(id) ?? exchanges.adopt(stored));
}

/** Waits for the end of an answer, as long as an edge lets us; false: not yet. */
function ended(journal: Journal, clock: Clock, downstream: Downstream): Promise<boolean> {
  if (journal.end) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (isEnded: boolean) => {
      timer.cancel();
      if (place) journal.leave(place);
      resolve(isEnded);
    };
    const timer = clock.timer(LONG_POLL_MS, () => settle(false));
    const place = journal.read({ ...WAITING, onEnd: () => settle(true), onLost: () => settle(false) });
    downstream.listen({ onDrain: nothing, onFlushed: nothing, onGone: () => settle(false) });
  });
}

const nothing = (): void => undefined;

/** Takes nothing of an answer: it only wants to hear of its end. */
const WAITING = {
  givesOut: false,
  wantsBytes: false,
  onHead: nothing,
  onBytes: () => true,
  onReset: nothing,
};
