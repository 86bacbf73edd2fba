import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ClientRequest, IdentifiedRequest } from '../domain/request.ts';
import { errorText, type GatewayError } from '../errors/gateway-error.ts';
import { NO_TOTALS, type Store, type Totals } from '../storage/storage.ts';
import type { Log } from '../telemetry/telemetry.ts';

export type { Totals };

/** How an exchange ended, for its client. */
export type Ending =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'broken'; readonly error: GatewayError }
  | { readonly kind: 'left' };

export interface ExchangeRecord {
  readonly request: IdentifiedRequest;
  readonly history: readonly Outcome[];
  readonly ending: Ending;
  readonly durationMs: number;
  readonly sentBytes: number;
}

/** Stage 6: puts what happened on record. */
export interface Recorder {
  received(request: IdentifiedRequest): void;
  /** A request that never became an exchange: bad JSON, unknown path, over a limit. */
  turnedAway(request: ClientRequest, error: GatewayError, durationMs: number): void;
  picked(about: {
    id: string;
    endpoint: Endpoint;
    why: string;
    attempt: number;
    retryMax: number;
    waitedMs: number;
  }): void;
  attemptEnded(id: string, outcome: Outcome): void;
  finished(record: ExchangeRecord): void;
  health(events: readonly HealthEvent[]): void;
  internal(detail: string, id?: string): void;
  /** Since start. */
  totals(): Totals;
}

/** What the recorder writes to, and looks up an endpoint's state in. */
export interface RecorderPorts {
  readonly log: Log;
  readonly store: Store;
  view(endpointId: string): EndpointView | undefined;
}

export function createRecorder({ log, store, view }: RecorderPorts): Recorder {
  let totals: Totals = NO_TOTALS;

  const count = (outcome: 'success' | 'failure' | 'neither', durationMs: number) => {
    const delta: Totals = {
      requests: 1,
      successes: outcome === 'success' ? 1 : 0,
      failures: outcome === 'failure' ? 1 : 0,
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
    received({ id, method, path, model, client }) {
      log.write({
        kind: 'request',
        id,
        method,
        path,
        ...(model === undefined ? {} : { model }),
        client: client.name,
      });
    },
    turnedAway({ id, method, path }, error, durationMs) {
      log.write({ kind: 'request', id, method, path });
      log.write(gaveUp(id, error, 0, durationMs));
      count('failure', durationMs);
    },
    picked({ id, endpoint, why, attempt, retryMax, waitedMs }) {
      const where = { id, endpointId: endpoint.id, baseUrl: endpoint.baseUrl };
      log.write(
        attempt === 0
          ? { kind: 'picked', ...where, why }
          : { kind: 'retry', ...where, n: attempt, max: retryMax, waitedMs },
      );
    },
    attemptEnded(id, outcome) {
      if (outcome.kind !== 'failed' || outcome.cause === 'cancelled') return;
      const { endpointId, cause, phase, timer, status, detail, silenceMs, chargeRisk, times } = outcome;
      log.write({
        kind: 'attempt-failed',
        id,
        endpointId,
        cause,
        phase,
        detail,
        silenceMs,
        chargeRisk,
        afterMs: times.totalMs,
        ...(timer ? { timer } : {}),
        ...(status === undefined ? {} : { status }),
      });
    },
    finished(record) {
      const success = record.ending.kind === 'delivered';
      count(success ? 'success' : record.ending.kind === 'left' ? 'neither' : 'failure', record.durationMs);
      writeEnd(log, record);
    },
    health(events) {
      if (events.length > 0) store.appendHealthEvents(events);
      for (const event of events) writeHealth(log, event, view(event.endpointId));
    },
    internal(detail, id) {
      log.write({ kind: 'internal', detail, ...(id === undefined ? {} : { id }) });
    },
    totals: () => totals,
  };
}

function gaveUp(id: string, error: GatewayError, attempts: number, durationMs: number) {
  return {
    kind: 'gave-up',
    id,
    code: error.code,
    status: error.status,
    attempts,
    durationMs,
    detail: errorText(error),
  } as const;
}

function writeEnd(log: Log, { request, history, ending, durationMs, sentBytes }: ExchangeRecord): void {
  const { id } = request;
  const last = history.at(-1);
  const endpointId = last?.endpointId ?? '';
  switch (ending.kind) {
    case 'left':
      return log.write({ kind: 'client-left', id, durationMs, sentBytes });
    case 'refused':
      return log.write(gaveUp(id, ending.error, history.length, durationMs));
    case 'broken':
      return log.write({ kind: 'broken', id, endpointId, durationMs, detail: errorText(ending.error) });
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
    case 'verified':
    case 'verification-failed':
      return;
  }
}
