import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { AlertKind, AlertSettings } from '../domain/settings.ts';
import type { AlertMessage, AlertTopic } from './message.ts';
import { createStandings, REMIND_AFTER_MS, type Standing } from './standing.ts';
import { createWindow } from './window.ts';

/** As much of an endpoint as the rules need. */
export type WatchedEndpoint = Pick<
  EndpointView,
  'id' | 'name' | 'clusters' | 'enabled' | 'inQueue' | 'lastError' | 'learnedEdge'
>;

/** An exchange whose row was written. */
export interface EndedExchange {
  readonly record: ExchangeRecord;
  readonly attempts: readonly AttemptRecord[];
  readonly earlier?: ExchangeRecord | undefined;
  /** An endpoint's name; asked only where there is something to tell. */
  nameOf(endpointId: string): string;
}

/**
 * One alert's rules: what happened and the instant give messages. No clock and no I/O, so they are tested as tables.
 * What is bad at the first look is taken for told: a restart is no news.
 */
export interface AlertRules {
  /** Endpoints may have changed, or time has passed. */
  look(endpoints: readonly WatchedEndpoint[], now: number): readonly AlertMessage[];
  learned(
    events: readonly HealthEvent[],
    endpoints: readonly WatchedEndpoint[],
    now: number,
  ): readonly AlertMessage[];
  /** Of each exchange: where nothing is wrong it adds, compares, and makes nothing. */
  ended(exchange: EndedExchange, now: number): readonly AlertMessage[];
}

/** Below this many requests a share says little. */
const LEAST_REQUESTS = 20;
/** Endpoints whose slow requests are remembered, so that a flood of ids can't fill the memory. */
const MOST_SLOW_SUBJECTS = 200;
const MOST_CAUSES = 50;

const NONE: readonly AlertMessage[] = [];

export function createAlertRules(settings: AlertSettings): AlertRules {
  const standings = createStandings();
  const tells = new Set<AlertKind>(settings.on);
  const sums = createWindow(settings.windowMs);
  const causes = new Map<string, number>();
  const slow = new Map<string, { toldAt: number; others: number }>();
  let looked = false;

  const messageOf = (topic: AlertTopic, { since, change }: Standing, now: number): AlertMessage[] =>
    change === undefined ? [] : [{ topic, state: change, at: now, since }];

  function lookAtEndpoint(endpoint: WatchedEndpoint, now: number): AlertMessage[] {
    const standing = standings.look(`endpoint ${endpoint.id}`, endpoint.inQueue, now, !looked);
    const who = { endpointId: endpoint.id, endpoint: endpoint.name };
    if (standing.change === 'recovered')
      return tells.has('endpoint_recovered')
        ? messageOf({ kind: 'endpoint_recovered', ...who }, standing, now)
        : [];
    if (!tells.has('endpoint_down')) return [];
    const detail = endpoint.lastError ? { detail: endpoint.lastError.detail } : {};
    return messageOf({ kind: 'endpoint_down', ...who, ...detail, flaps: standing.flaps }, standing, now);
  }

  function lookAtClusters(endpoints: readonly WatchedEndpoint[], now: number): AlertMessage[] {
    if (!tells.has('cluster_down')) return [];
    const members = byCluster(endpoints);
    standings.keepOnly('cluster ', new Set([...members.keys()].map((name) => `cluster ${name}`)));
    return [...members].flatMap(([cluster, of]) => {
      const bad = of.every(({ inQueue }) => inQueue);
      const standing = standings.look(`cluster ${cluster}`, bad, now, !looked);
      const topic = { kind: 'cluster_down', cluster, endpoints: of.length, flaps: standing.flaps } as const;
      return messageOf(topic, standing, now);
    });
  }

  function lookAtMoney(now: number): readonly AlertMessage[] {
    const { moneyLostOverMicroUsd: overMicroUsd, windowMs } = settings;
    const { lostMicroUsd, lostCalls } = sums.sum(now);
    const bad = lostMicroUsd > overMicroUsd;
    if (!tells.has('money_lost_over') || !(bad || standings.isBad('money'))) return NONE;
    const standing = standings.look('money', bad, now);
    const topic = {
      kind: 'money_lost_over',
      lostMicroUsd: Math.max(0, lostMicroUsd),
      lostCalls: Math.max(0, lostCalls),
      overMicroUsd,
      windowMs,
    } as const;
    return messageOf(topic, standing, now);
  }

  function lookAtErrors(now: number): readonly AlertMessage[] {
    const { errorRateOver: over, windowMs } = settings;
    const { requests, failed } = sums.sum(now);
    const bad = requests >= LEAST_REQUESTS && failed / requests > over;
    if (!tells.has('error_rate_over') || !(bad || standings.isBad('errors'))) {
      if (failed === 0 && causes.size > 0) causes.clear();
      return NONE;
    }
    const standing = standings.look('errors', bad, now);
    const cause = mostFrequent(causes);
    if (failed === 0) causes.clear();
    const counts = { requests, failed, over, windowMs };
    const topic = { kind: 'error_rate_over', ...counts, ...(cause === undefined ? {} : { cause }) } as const;
    return messageOf(topic, standing, now);
  }

  function count({ record, attempts, earlier }: EndedExchange, now: number): void {
    const lostMicroUsd = (record.lostMicroUsd ?? 0) - (earlier?.lostMicroUsd ?? 0);
    const lostCalls = record.lostCalls - (earlier?.lostCalls ?? 0);
    const counts = earlier === undefined && hasCause(record);
    const failed = counts && isFailure(record, attempts);
    sums.add(counts ? 1 : 0, failed ? 1 : 0, lostMicroUsd, lostCalls, now);
    if (!failed) return;
    const cause = record.cause ?? record.error ?? record.delivery;
    if (causes.has(cause) || causes.size < MOST_CAUSES) causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }

  function slowOne(
    { record, attempts, earlier, nameOf }: EndedExchange,
    now: number,
  ): readonly AlertMessage[] {
    if (!tells.has('slow_over') || earlier !== undefined || record.endedAt === undefined) return NONE;
    const durationMs = record.endedAt - record.startedAt;
    if (durationMs <= settings.slowOverMs) return NONE;
    const endpointId = attempts.at(-1)?.endpointId;
    const subject = endpointId ?? '';
    const known = slow.get(subject);
    if (known && now - known.toldAt < REMIND_AFTER_MS) {
      known.others += 1;
      return NONE;
    }
    slow.delete(subject);
    slow.set(subject, { toldAt: now, others: 0 });
    if (slow.size > MOST_SLOW_SUBJECTS) slow.delete(slow.keys().next().value ?? '');
    const topic = {
      kind: 'slow_over',
      exchangeId: record.id,
      durationMs,
      overMs: settings.slowOverMs,
      others: known?.others ?? 0,
      ...(endpointId === undefined ? {} : { endpoint: nameOf(endpointId) }),
      ...(record.model === undefined ? {} : { model: record.model }),
    } as const;
    return [{ topic, state: 'notice', at: now, since: record.startedAt }];
  }

  return {
    look(all, now) {
      const endpoints = all.filter(({ enabled }) => enabled);
      standings.keepOnly('endpoint ', new Set(endpoints.map(({ id }) => `endpoint ${id}`)));
      const messages = [
        ...endpoints.flatMap((endpoint) => lookAtEndpoint(endpoint, now)),
        ...lookAtClusters(endpoints, now),
        ...lookAtMoney(now),
        ...lookAtErrors(now),
      ];
      looked = true;
      return messages;
    },
    learned(events, endpoints, now) {
      if (!tells.has('edge_learned')) return [];
      return events.flatMap(({ kind, endpointId }): AlertMessage[] => {
        const endpoint = endpoints.find(({ id }) => id === endpointId);
        if (kind !== 'edge-learned' || !endpoint?.learnedEdge) return [];
        const { silenceMs } = endpoint.learnedEdge;
        const topic = { kind: 'edge_learned', endpointId, endpoint: endpoint.name, silenceMs } as const;
        return [{ topic, state: 'notice', at: now, since: now }];
      });
    },
    ended(exchange, now) {
      count(exchange, now);
      const slowMessages = slowOne(exchange, now);
      const money = lookAtMoney(now);
      const errors = lookAtErrors(now);
      if (slowMessages.length + money.length + errors.length === 0) return NONE;
      return [...slowMessages, ...money, ...errors];
    },
  };
}

function byCluster(endpoints: readonly WatchedEndpoint[]): Map<string, WatchedEndpoint[]> {
  const members = new Map<string, WatchedEndpoint[]>();
  for (const endpoint of endpoints)
    for (const cluster of endpoint.clusters)
      members.set(cluster, [...(members.get(cluster) ?? []), endpoint]);
  return members;
}

/** Its end says something of the service: its client did not leave meanwhile. */
const hasCause = ({ delivery }: ExchangeRecord): boolean => delivery !== 'left' && delivery !== 'undelivered';

/** No good and whole answer, and not for what was asked. */
function isFailure({ failed, delivery }: ExchangeRecord, attempts: readonly AttemptRecord[]): boolean {
  return (failed ?? delivery !== 'delivered') && attempts.at(-1)?.result !== 'rejected';
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let most: [string, number] | undefined;
  for (const entry of counts) if (most === undefined || entry[1] > most[1]) most = entry;
  return most?.[0];
}
