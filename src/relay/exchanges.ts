import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { ExchangeView } from '../domain/view.ts';
import type { Clock } from '../platform/clock.ts';
import { Journal } from './journal.ts';

/** One client request over all its attempts, until it is recorded. It is run by the gateway; clients follow it. */
export interface Exchange {
  readonly id: string;
  readonly request: IdentifiedRequest;
  readonly journal: Journal;
  readonly startedAt: number;
  readonly history: Outcome[];
  cluster: string;
  scenario: ScenarioName;
  /** Where the running, or the last, attempt goes. */
  endpointId: string | undefined;
  attempts: number;
  cancelled: boolean;
  /** An error event can follow what the last attempt gave out. */
  tellable: boolean;
  /** Ends whatever the exchange is doing now: an attempt, a pause, a wait. */
  interrupt: (() => void) | undefined;
}

/** A client's place at an exchange. */
export interface Seat {
  readonly exchange: Exchange;
  /** The exchange was opened for this client; otherwise it joins one that is there. */
  readonly opened: boolean;
}

/** The exchanges that are running. */
export interface Exchanges {
  joinOrOpen(request: IdentifiedRequest, plan: { cluster: string; scenario: ScenarioName }): Seat;
  close(exchange: Exchange): void;
  /** Ends an exchange and its upstream call. False: no such exchange. */
  cancel(id: string): boolean;
  readonly running: number;
  views(now: number): readonly ExchangeView[];
  /** Resolves when none is running. */
  idle(): Promise<void>;
}

export function createExchanges(clock: Clock): Exchanges {
  const running = new Map<string, Exchange>();
  let idleWaiters: (() => void)[] = [];

  return {
    joinOrOpen(request, { cluster, scenario }) {
      const exchange: Exchange = {
        id: request.id,
        request,
        journal: new Journal(clock),
        startedAt: request.receivedAt,
        history: [],
        cluster,
        scenario,
        endpointId: undefined,
        attempts: 0,
        cancelled: false,
        tellable: false,
        interrupt: undefined,
      };
      running.set(exchange.id, exchange);
      return { exchange, opened: true };
    },
    close(exchange) {
      running.delete(exchange.id);
      if (running.size > 0) return;
      for (const resolve of idleWaiters) resolve();
      idleWaiters = [];
    },
    cancel(id) {
      const exchange = running.get(id);
      if (!exchange) return false;
      cancelExchange(exchange);
      return true;
    },
    get running() {
      return running.size;
    },
    views: (now) => [...running.values()].map((exchange) => viewOf(exchange, now)),
    idle: () =>
      running.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve)),
  };
}

/** Ends an exchange: no further attempt is made, the running one is cut. */
export function cancelExchange(exchange: Exchange): void {
  if (exchange.cancelled || exchange.journal.end) return;
  exchange.cancelled = true;
  exchange.interrupt?.();
}

function viewOf(exchange: Exchange, now: number): ExchangeView {
  const { request, journal } = exchange;
  const state = journal.end
    ? 'done'
    : journal.head
      ? 'streaming'
      : exchange.endpointId
        ? 'attempting'
        : 'waiting';
  return {
    id: exchange.id,
    startedAt: exchange.startedAt,
    elapsedMs: now - exchange.startedAt,
    silenceMs: now - (journal.lastAppendAt ?? exchange.startedAt),
    path: request.path,
    operation: request.operation,
    protocol: request.protocol,
    stream: request.stream,
    ...(request.model === undefined ? {} : { model: request.model }),
    client: request.client.name,
    cluster: exchange.cluster,
    scenario: exchange.scenario,
    ...(exchange.endpointId === undefined ? {} : { endpointId: exchange.endpointId }),
    attempts: exchange.attempts,
    followers: journal.readers,
    state,
  };
}
