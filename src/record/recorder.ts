import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { RecordObserver } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ClientRequest, IdentifiedRequest } from '../domain/request.ts';
import { errorText, type GatewayError } from '../errors/gateway-error.ts';
import { NO_TOTALS, type Totals } from '../storage/storage.ts';
import type { Log } from '../telemetry/telemetry.ts';
import type { BegunCall } from './begun-call.ts';
import {
  type BookPorts,
  type ClientEnding,
  createExchangeBook,
  type RecordedExchange,
} from './exchange-book.ts';
import { contextOf, createWatchers } from './observers.ts';

export type { Totals };

export interface FollowedRecord {
  readonly request: IdentifiedRequest;
  readonly exchange: RecordedExchange;
  readonly followed: ClientEnding;
  /** This client joined an exchange that was there. */
  readonly joined: boolean;
  readonly durationMs: number;
  readonly sentBytes: number;
}

export interface PickedRecord {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly why: string;
  /** It is expected to cut the answer, and nothing better is to be had. */
  readonly edgeIgnored: boolean;
  /** Attempts made before. */
  readonly attempt: number;
  readonly retryMax: number;
  readonly waitedMs: number;
}

/** Stage 6: puts what happened on record. */
export interface Recorder {
  received(
    request: IdentifiedRequest,
    seat: { kind: 'opened' } | { kind: 'joined'; how: 'live' | 'replay'; exchange: RecordedExchange },
  ): void;
  /** A request that never became an exchange: bad JSON, unknown path, over a limit. */
  turnedAway(request: ClientRequest, error: GatewayError, durationMs: number): void;
  /** An exchange begins: on record before its first upstream byte. */
  opened(exchange: RecordedExchange): void;
  picked(record: PickedRecord): void;
  /** Gives the call's number on the ledger. */
  attemptBegan(exchange: RecordedExchange, endpoint: Endpoint, call: BegunCall): number;
  attemptEnded(exchange: RecordedExchange, outcome: Outcome): void;
  /** A call broke as on a stale connection, and went out anew: two calls for the ledger, one attempt for the log. */
  sentAnew(exchange: RecordedExchange, broken: Outcome, endpoint: Endpoint, call: BegunCall): void;
  /** No attempt will be made any more. */
  ended(exchange: RecordedExchange): void;
  /** A sign of life went out to a client; `joined`: not the first one. */
  beat(exchange: RecordedExchange, joined: boolean): void;
  /** Nobody follows an exchange any more. */
  detached(
    exchange: RecordedExchange,
    fate: { kind: 'run-on'; why: string } | { kind: 'grace' } | { kind: 'cancel' },
  ): void;
  /** A client has got what there was for it. */
  followed(record: FollowedRecord): void;
  /** Nobody can come for this answer any more. */
  closed(exchange: RecordedExchange, dropped: string | undefined): void;
  /** An answer is no longer kept whole. */
  dropped(exchange: RecordedExchange, why: string): void;
  health(events: readonly HealthEvent[]): void;
  internal(detail: string, id?: string): void;
  /** Since start. */
  totals(): Totals;
}

/** What the recorder writes to, and looks up an endpoint's state in. */
export interface RecorderPorts extends BookPorts {
  readonly log: Log;
  /** Told of all that goes on record, in their order. */
  readonly observers: readonly RecordObserver[];
  view(endpointId: string): EndpointView | undefined;
}

export function createRecorder(ports: RecorderPorts): Recorder {
  const { log, store, view } = ports;
  const watchers = createWatchers(ports.observers, (detail) => log.write({ kind: 'internal', detail }));
  const book = createExchangeBook(ports, watchers);
  let totals: Totals = NO_TOTALS;

  const count = (ending: 'success' | 'failure' | 'neither', durationMs: number) => {
    const delta: Totals = {
      requests: 1,
      successes: ending === 'success' ? 1 : 0,
      failures: ending === 'failure' ? 1 : 0,
      durationMs,
    };
    totals = {
      requests: totals.requests + 1,
      successes: totals.successes + delta.successes,
      failures: totals.failures + delta.failures,
      durationMs: totals.durationMs + durationMs,
    };
    store.addTotals(delta);
  };

  return {
    received({ id, method, path, model, client }, seat) {
      log.write({
        kind: 'request',
        id,
        method,
        path,
        ...(model === undefined ? {} : { model }),
        client: client.name,
      });
      if (seat.kind !== 'joined') return;
      const { exchange, how } = seat;
      log.write({ kind: 'joined', id, exchangeId: exchange.id, how });
      if (watchers.any) watchers.tell((observer) => observer.joined?.(how, contextOf(exchange)));
    },
    turnedAway({ id, method, path }, error, durationMs) {
      log.write({ kind: 'request', id, method, path });
      log.write(gaveUp(id, error, 0, durationMs));
      if (watchers.any) watchers.tell((observer) => observer.turnedAway?.(error.code, error.status));
      count('failure', durationMs);
    },
    picked({ id, endpoint, why, edgeIgnored, attempt, retryMax, waitedMs }) {
      const where = { id, endpointId: endpoint.id, baseUrl: endpoint.baseUrl };
      log.write(
        attempt === 0
          ? { kind: 'picked', ...where, why }
          : { kind: 'retry', ...where, n: attempt, max: retryMax, waitedMs },
      );
      // Else only its ending would tell that the door that fits was not to be had.
      if (attempt > 0 && edgeIgnored) log.write({ kind: 'picked', ...where, why });
    },
    opened: book.opened,
    attemptBegan: book.attemptBegan,
    sentAnew(exchange, broken, endpoint, call) {
      book.attemptEnded(exchange, broken);
      book.attemptBegan(exchange, endpoint, { ...call, queuedMs: 0, backoffMs: 0 });
    },
    beat(exchange, joined) {
      if (!joined) book.beat(exchange);
      if (watchers.any) watchers.tell((observer) => observer.heartbeat?.(exchange.request.protocol));
    },
    ended: book.ended,
    attemptEnded(exchange, outcome) {
      book.attemptEnded(exchange, outcome);
      const { id } = exchange;
      if (outcome.kind !== 'failed' || outcome.cause === 'cancelled') return;
      const { endpointId, cause, phase, timer, status, detail, silenceMs, chargeRisk, times } = outcome;
      const optional = { ...(timer ? { timer } : {}), ...(status === undefined ? {} : { status }) };
      const afterMs = times.totalMs;
      log.write({
        kind: 'attempt-failed',
        id,
        endpointId,
        cause,
        phase,
        detail,
        silenceMs,
        chargeRisk,
        afterMs,
        ...optional,
      });
    },
    detached(exchange, fate) {
      const { id } = exchange;
      book.detached(exchange, fate.kind);
      log.write({ kind: 'detached', id, fate: fate.kind, why: fate.kind === 'run-on' ? fate.why : 'left' });
    },
    followed(record) {
      const { kind } = record.followed;
      count(kind === 'delivered' ? 'success' : kind === 'left' ? 'neither' : 'failure', record.durationMs);
      book.followed(record.exchange, record.joined, record.followed);
      writeEnd(log, record);
    },
    closed(exchange, dropped) {
      book.closed(exchange);
      if (dropped === undefined || exchange.delivered) return;
      log.write({ kind: 'undelivered', id: exchange.id, why: dropped, bytes: exchange.journal.totalBytes });
    },
    dropped({ id, journal }, why) {
      log.write({ kind: 'not-kept', id, why, bytes: journal.totalBytes });
    },
    health(events) {
      if (events.length > 0) store.appendHealthEvents(events);
      if (events.length > 0 && watchers.any) watchers.tell((observer) => observer.health?.(events));
      for (const event of events) writeHealth(log, event, view(event.endpointId));
    },
    internal(detail, id) {
      log.write({ kind: 'internal', detail, ...(id === undefined ? {} : { id }) });
    },
    totals: () => totals,
  };
}

function gaveUp(id: string, error: GatewayError, attempts: number, durationMs: number) {
  const detail = errorText(error);
  return {
    kind: 'gave-up',
    id,
    code: error.code,
    status: error.status,
    attempts,
    durationMs,
    detail,
  } as const;
}

function writeEnd(log: Log, { request, exchange, followed, durationMs, sentBytes }: FollowedRecord): void {
  const { id } = request;
  const { history } = exchange;
  const last = history.at(-1);
  const endpointId = last?.endpointId ?? '';
  switch (followed.kind) {
    case 'left':
      return log.write({ kind: 'client-left', id, durationMs, sentBytes });
    case 'refused':
    case 'untold':
    case 'sent-away':
      return log.write(gaveUp(id, followed.error, history.length, durationMs));
    case 'broken':
      return log.write({ kind: 'broken', id, endpointId, durationMs, detail: errorText(followed.error) });
    case 'delivered': {
      const status = last && last.kind !== 'failed' ? last.status : 200;
      if (last?.kind === 'rejected')
        return log.write({ kind: 'rejected', id, status, endpointId, durationMs });
      const { firstByteMs, firstEventMs } = last?.times ?? {};
      return log.write({
        kind: 'answered',
        id,
        status,
        endpointId,
        durationMs,
        attempts: history.length,
        bytes: sentBytes,
        ...(firstByteMs === undefined ? {} : { firstByteMs }),
        ...(firstEventMs === undefined ? {} : { firstEventMs }),
        ...(last ? { usage: last.usage } : {}),
      });
    }
  }
}

/** Verifications tell of themselves as they run; this tells of what traffic did to an endpoint. */
function writeHealth(
  log: Log,
  { kind, endpointId, detail, at }: HealthEvent,
  view: EndpointView | undefined,
): void {
  switch (kind) {
    case 'opened':
      return log.write({
        kind: 'circuit-open',
        endpointId,
        failures: view?.consecutiveFailures ?? 0,
        detail,
      });
    case 'cooled-down':
      return log.write({
        kind: 'rate-limited',
        endpointId,
        forMs: Math.max(0, (view?.coolingUntil ?? at) - at),
      });
    case 'recovered':
    case 'cleared':
      return log.write({ kind: 'recovered', endpointId });
    case 'edge-learned':
      return log.write({ kind: 'note', detail: `endpoint ${view?.name ?? endpointId}: ${detail}` });
    case 'verified':
    case 'verification-failed':
      return;
    default:
      return log.write({ kind: 'note', detail: `${endpointId}: ${detail}` });
  }
}
