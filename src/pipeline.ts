import type { Downstream } from './domain/downstream.ts';
import type { ClientRequest, IdentifiedRequest } from './domain/request.ts';
import type { Result } from './domain/result.ts';
import { fail } from './domain/result.ts';
import type { Settings } from './domain/settings.ts';
import type { Language } from './errors/catalogue.ts';
import { type GatewayError, gatewayError } from './errors/gateway-error.ts';
import {
  cancelExchange,
  type Exchange,
  edgeOf,
  fateOf,
  followOptions,
  offerTicket,
  type RunnerPorts,
  redeemTicket,
  runExchange,
  type Seat,
  ticketOf,
} from './exchange/exchange.ts';
import { identify, protocolOf } from './identify/identify.ts';
import { type Followed, follow, refuse } from './journal/journal.ts';
import { planFor } from './plan/plan.ts';

/** What the stages work with. Settings are read once a request: a running one keeps those it began with. */
export interface PipelinePorts extends RunnerPorts {
  readonly language: Language;
  settings(): Settings;
  draining(): boolean;
}

export type Serve = (request: ClientRequest, downstream: Downstream, refusal?: GatewayError) => Promise<void>;

/** The stages, in their order: identify → plan ⇄ attempt → relay → record. Accept stands before, and calls this. */
export function createPipeline(ports: PipelinePorts): Serve {
  return async function serve(request, downstream, refusal) {
    try {
      await serveOne(request, downstream, refusal, ports);
    } catch (thrown) {
      // A defect of ours: one request suffers, the gateway does not.
      ports.recorder.internal(
        thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        request.id,
      );
      if (downstream.headSent) downstream.breakOff();
      else turnAway(request, downstream, gatewayError('internal', { detail: 'see proxy.log' }), ports);
    }
  };
}

async function serveOne(
  request: ClientRequest,
  downstream: Downstream,
  refusal: GatewayError | undefined,
  ports: PipelinePorts,
): Promise<void> {
  const { clock, exchanges, recorder } = ports;
  const ticket = refusal ? undefined : ticketOf(request.path);
  if (ticket !== undefined) return redeem(ticket, request, downstream, ports);
  const identified = refusal ? fail(refusal) : understand(request, ports);
  if (!identified.ok) return turnAway(request, downstream, identified.error, ports);

  const settings = ports.settings();
  const plan = planFor(identified.value, settings);
  const { cluster, scenario, deadlineAt, onDisconnect, route } = plan;
  const behindEdge = edgeOf(identified.value, settings) !== undefined;
  const opening = { cluster, scenario, deadlineAt, onDisconnect, route, behindEdge };
  const seat = await seatFor(identified.value, opening, ports);
  if (seat.kind === 'conflict') {
    const key = identified.value.idempotencyKey?.slice(0, 80) ?? '';
    return turnAway(request, downstream, gatewayError('key_reused', { key }), ports);
  }
  const { exchange } = seat;
  recorder.received(identified.value, seat);
  exchanges.follow(exchange);
  if (seat.kind === 'opened') void runExchange(exchange, plan, settings, ports);
  if (exchange.ticket && seat.kind === 'opened') {
    offerTicket(exchange, downstream);
    return exchanges.unfollow(exchange);
  }
  const options = followOptions(identified.value, seat, plan, settings);
  const joined = seat.kind === 'joined';
  const followed = await follow(exchange.journal, downstream, {
    ...options,
    clock,
    language: ports.language,
    onBeat: () => recorder.beat(exchange, joined),
  });
  const durationMs = clock.now() - request.receivedAt;
  recorder.followed({
    request: identified.value,
    exchange,
    followed,
    joined,
    durationMs,
    sentBytes: downstream.sentBytes,
  });
  depart(exchange, identified.value, followed, settings, ports);
}

/** A client fetches the answer it has a ticket for. */
function redeem(
  ticket: string,
  request: ClientRequest,
  downstream: Downstream,
  ports: PipelinePorts,
): Promise<void> {
  return redeemTicket(ticket, request, downstream, ports, (exchange, followed) => {
    const durationMs = ports.clock.now() - request.receivedAt;
    const { sentBytes } = downstream;
    ports.recorder.followed({
      request: exchange.request,
      exchange,
      followed,
      joined: false,
      durationMs,
      sentBytes,
    });
  });
}

function understand(request: ClientRequest, ports: PipelinePorts): Result<IdentifiedRequest, GatewayError> {
  return ports.draining() ? fail(gatewayError('draining', {}, { retryAfterMs: 1_000 })) : identify(request);
}

function turnAway(
  request: ClientRequest,
  downstream: Downstream,
  error: GatewayError,
  { language, recorder, clock }: PipelinePorts,
): void {
  const { protocol } = protocolOf(request.path, request.headers);
  refuse(downstream, error, { protocol, requestId: request.id, language });
  recorder.turnedAway(request, error, clock.now() - request.receivedAt);
}

/** The exchange a request belongs to. Only what has a name of its own can be older than this process. */
async function seatFor(
  request: IdentifiedRequest,
  opening: Parameters<PipelinePorts['exchanges']['joinOrOpen']>[1],
  { exchanges, answers }: PipelinePorts,
): Promise<Seat> {
  if (request.idempotencyKey !== undefined && !exchanges.findByKey(request)) {
    const stored = await answers.byKey(request);
    if (stored && !exchanges.findByKey(request)) exchanges.adopt(stored);
  }
  return exchanges.joinOrOpen(request, opening);
}

/** A client's place becomes empty: what becomes of the exchange? */
function depart(
  exchange: Exchange,
  request: IdentifiedRequest,
  followed: Followed,
  settings: Settings,
  ports: PipelinePorts,
): void {
  const { exchanges, clock, fleet, recorder } = ports;
  const away = followed.kind === 'left' || followed.kind === 'sent-away';
  if (!away && followed.kind !== 'untold') exchange.delivered = true;
  exchanges.unfollow(exchange);
  if (!away || exchange.followers > 0 || exchange.finished) return;
  const edge = edgeOf(request, settings);
  const departure = {
    silentMs: followed.kind === 'left' ? followed.silentMs : 0,
    sentAway: followed.kind === 'sent-away',
    elapsedMs: clock.now() - request.receivedAt,
    ...(request.clientPatienceMs === undefined ? {} : { patienceMs: request.clientPatienceMs }),
    ...(edge ? { edge } : {}),
  };
  const stopsBilling = fleet.endpoint(exchange.endpointId ?? '')?.cancelStopsBilling ?? true;
  const fate = fateOf(exchange, departure, settings.disconnect, stopsBilling);
  recorder.detached(exchange, fate);
  if (fate.kind === 'cancel') cancelExchange(exchange);
  if (fate.kind === 'grace') exchanges.after(exchange, fate.ms, () => cancelExchange(exchange));
}
