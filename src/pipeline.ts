import type { Downstream } from './domain/downstream.ts';
import type { ClientRequest, IdentifiedRequest } from './domain/request.ts';
import type { Settings } from './domain/settings.ts';
import type { Language } from './errors/catalogue.ts';
import { type GatewayError, gatewayError } from './errors/gateway-error.ts';
import {
  attend,
  edgeOf,
  followOptions,
  offerTicket,
  type RunnerPorts,
  redeemTicket,
  runExchange,
  type Seat,
  ticketOf,
} from './exchange/exchange.ts';
import { identify, protocolOf } from './identify/identify.ts';
import { refuse } from './journal/journal.ts';
import { type Plan, planFor } from './plan/plan.ts';

/** What the stages work with. Settings are read once a request: a running one keeps those it began with. */
export interface PipelinePorts extends RunnerPorts {
  readonly language: Language;
  settings(): Settings;
  draining(): boolean;
}

export type Serve = (request: ClientRequest, downstream: Downstream, refusal?: GatewayError) => void;

/** The stages, in their order: identify → plan ⇄ attempt → journal → record. Accept stands before, and calls this. */
export function createPipeline(ports: PipelinePorts): Serve {
  return function serve(request, downstream, refusal) {
    const failed = (thrown: unknown) => fail(thrown, request, downstream, ports);
    try {
      serveOne(request, downstream, refusal, ports)?.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}

/** A promise only where something has to be read from disk. */
function serveOne(
  request: ClientRequest,
  downstream: Downstream,
  refusal: GatewayError | undefined,
  ports: PipelinePorts,
): Promise<void> | undefined {
  if (refusal) return turnAway(request, downstream, refusal, ports);
  const settings = ports.settings();
  const ticket = ticketOf(request.path);
  if (ticket !== undefined)
    return redeemTicket(ticket, request, downstream, settings.disconnect.stalledMs, ports);
  const identified = identify(request);
  if (!identified.ok) return turnAway(request, downstream, identified.error, ports);
  const asked = identified.value;
  const plan = planFor(asked, settings);
  if (asked.idempotencyKey === undefined || ports.exchanges.findByKey(asked))
    return takeSeat(asked, plan, settings, downstream, ports);
  // Only what has a name of its own can be older than this process.
  return adopted(asked, ports).then(() => takeSeat(asked, plan, settings, downstream, ports));
}

/** The client follows the exchange that its request belongs to, or one that is opened for it, and run. */
function takeSeat(
  request: IdentifiedRequest,
  plan: Plan,
  settings: Settings,
  downstream: Downstream,
  ports: PipelinePorts,
): undefined {
  const { exchanges, recorder, clock, language } = ports;
  const seat = exchanges.joinable(request) ?? openFor(request, plan, settings, ports);
  if (seat === undefined)
    return turnAway(request, downstream, gatewayError('draining', {}, { retryAfterMs: 1_000 }), ports);
  if (seat.kind === 'conflict') {
    const key = request.idempotencyKey?.slice(0, 80) ?? '';
    return turnAway(request, downstream, gatewayError('key_reused', { key }), ports);
  }
  const { exchange } = seat;
  const joined = seat.kind === 'joined';
  if (joined) recorder.joined(request, exchange.note, seat.how);
  if (exchange.ticket && !joined) {
    runExchange(exchange, plan, settings, ports);
    offerTicket(exchange.id, downstream);
    return;
  }
  exchanges.follow(exchange);
  const options = followOptions(request, seat, plan, settings, clock, language);
  attend({ exchange, request, joined, settings }, downstream, options, ports);
  if (!joined) runExchange(exchange, plan, settings, ports);
}

/** Undefined: the gateway takes no new requests; joining needs no new call. */
function openFor(
  request: IdentifiedRequest,
  { cluster, scenario, route, deadlineAt, onDisconnect }: Plan,
  settings: Settings,
  { exchanges, recorder, draining }: PipelinePorts,
): Seat | undefined {
  if (draining()) return undefined;
  const behindEdge = edgeOf(request, settings) !== undefined;
  const note = () => recorder.opened(request, { cluster, scenario, route, behindEdge });
  return exchanges.open(request, { deadlineAt, onDisconnect, note });
}

async function adopted(request: IdentifiedRequest, { answers, exchanges }: PipelinePorts): Promise<void> {
  const stored = await answers.byKey(request);
  if (stored && !exchanges.findByKey(request)) exchanges.adopt(stored);
}

function turnAway(
  request: ClientRequest,
  downstream: Downstream,
  error: GatewayError,
  { language, recorder, clock }: PipelinePorts,
): undefined {
  const { protocol } = protocolOf(request.path, request.headers);
  refuse(downstream, error, { protocol, requestId: request.id, language });
  recorder.turnedAway(request, error, clock.now() - request.receivedAt);
}

/** A defect of ours: one request suffers, the gateway does not. */
function fail(thrown: unknown, request: ClientRequest, downstream: Downstream, ports: PipelinePorts): void {
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  ports.recorder.internal(detail, request.id);
  if (downstream.headSent) downstream.breakOff();
  else turnAway(request, downstream, gatewayError('internal', { detail: 'see proxy.log' }), ports);
}
