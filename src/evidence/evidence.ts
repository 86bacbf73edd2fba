import type { Fleet } from '../cluster/cluster.ts';
import type { Explanation, PageExplanation } from '../domain/explanation.ts';
import type { AttemptRecord, ExchangeRecord, LedgerEntry } from '../domain/ledger.ts';
import { OWN_PURPOSES, type OwnPurpose } from '../domain/own-call.ts';
import type { Settings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Exchanges } from '../exchange/exchange.ts';
import {
  type ClusterEvidence,
  type EndpointEvidence,
  type Evidence,
  type ExplainRules,
  explain,
  explainPage,
  type FoundBy,
  foundByText,
  readPage,
} from '../explain/explain.ts';
import type { Store } from '../storage/storage.ts';
import { matchOf } from './page-match.ts';

/** Where evidence comes from. */
interface ExplainingPorts {
  readonly store: Pick<Store, 'ledgerExchange' | 'ledgerList' | 'ledgerAttempts' | 'healthHistory'>;
  readonly fleet: Pick<Fleet, 'view' | 'views' | 'endpoint'>;
  readonly exchanges: Pick<Exchanges, 'views' | 'find'>;
  readonly now: () => number;
  settings(): Settings;
}

/** Calls of the gateway's own are told of apart, as verifications that failed. */
const isOfClient = ({ why }: AttemptRecord): boolean => !OWN_PURPOSES.includes(why as OwnPurpose);

/** Explains exchanges, and pages that people paste. */
export interface Explaining {
  /** By its id, or by a beginning that only one has. Undefined: no such exchange. */
  explanation(
    id: string,
    language: Language,
    rules?: Partial<ExplainRules>,
  ): Promise<Explanation | undefined>;
  page(text: string, language: Language): Promise<PageExplanation>;
}

const BEFORE_MS = 3_600_000;
const AFTER_MS = 10 * 60_000;
const LATER_MS = 15 * 60_000;
/** Rows read of each kind: enough for a judgement, few enough to be quick with a million on file. */
const MOST_CALLS = 300;
const MOST_EXCHANGES = 300;
const MOST_EVENTS = 300;

export function createExplaining(ports: ExplainingPorts): Explaining {
  const explanation: Explaining['explanation'] = async (id, language, rules) => {
    const evidence = await evidenceOf(id, ports);
    return evidence && explain(evidence, language, ports.now(), rules);
  };
  const foundAs = async (
    id: string,
    by: FoundBy,
    language: Language,
  ): Promise<PageExplanation | undefined> => {
    const found = await explanation(id, language);
    return found && { kind: 'exchange', explanation: found, foundBy: foundByText(by, language) };
  };
  return {
    explanation,
    async page(text, language) {
      const reading = readPage(text, ports.now());
      for (const id of reading.exchangeIds) {
        const found = await foundAs(id, 'id', language);
        if (found) return found;
      }
      const match = await matchOf(reading, ports);
      const found = match.id === undefined ? undefined : await foundAs(match.id, match.by, language);
      const endpoints = ports.fleet.views(ports.now());
      return found ?? explainPage(reading, { candidates: match.candidates, endpoints }, language);
    },
  };
}

/** Everything that speaks about one exchange. */
async function evidenceOf(id: string, ports: ExplainingPorts): Promise<Evidence | undefined> {
  const entry = (await ports.store.ledgerExchange(id)) ?? waitingEntry(id, ports);
  if (!entry) return undefined;
  const { exchange, attempts } = entry;
  const now = ports.now();
  const running = ports.exchanges.views(now).find((view) => view.id === exchange.id);
  const { disconnect, listen, queueMax, routes } = ports.settings();
  const asked = [...new Set([...attempts.map(({ endpointId }) => endpointId), running?.endpointId])];
  const [endpoints, later, left] = await Promise.all([
    Promise.all(asked.flatMap((one) => (one === undefined ? [] : endpointEvidence(one, exchange, ports)))),
    laterOf(exchange, ports),
    leftAround(exchange, ports),
  ]);
  return {
    exchange,
    attempts,
    ...(running ? { running } : {}),
    endpoints,
    cluster: clusterOf(exchange.cluster, ports),
    later,
    left,
    listener: listen.find(({ name }) => name === exchange.listener) ?? { name: exchange.listener },
    settings: { disconnect, queueMax, routes },
  };
}

/** One that still waits for its first attempt has no row yet. */
function waitingEntry(id: string, { exchanges }: ExplainingPorts): LedgerEntry | undefined {
  const waiting = exchanges.find(id);
  if (!waiting || waiting.ended) return undefined;
  const { startedAt, cluster, scenario, joined, requestBytes } = waiting.note;
  const { request } = waiting;
  return {
    exchange: {
      id: waiting.id,
      startedAt,
      path: request.path,
      protocol: request.protocol,
      operation: request.operation,
      stream: request.stream,
      ...(request.model === undefined ? {} : { model: request.model }),
      client: request.client.name,
      listener: request.listener,
      cluster,
      scenario,
      requestBytes,
      delivery: 'running',
      joined,
      usage: {},
      charge: 'unknown',
      lostCalls: 0,
      savedCalls: 0,
    },
    attempts: [],
  };
}

const endOf = ({ startedAt, endedAt }: ExchangeRecord, now: number): number =>
  endedAt ?? Math.max(startedAt, now);

async function endpointEvidence(
  id: string,
  exchange: ExchangeRecord,
  ports: ExplainingPorts,
): Promise<EndpointEvidence> {
  const { store, fleet } = ports;
  const now = ports.now();
  const end = endOf(exchange, now) + 1;
  const since = exchange.startedAt - BEFORE_MS;
  const until = end + AFTER_MS;
  const { model } = exchange;
  const [before, after, same, events] = await Promise.all([
    store.ledgerAttempts({ endpointId: id, since, until: end, limit: MOST_CALLS }),
    store.ledgerAttempts({ endpointId: id, since: end, until, limit: MOST_CALLS }),
    model === undefined
      ? undefined
      : store.ledgerList({ endpointId: id, model, since, until, limit: 2 * MOST_CALLS }),
    store.healthHistory(id, MOST_EVENTS),
  ]);
  const view = fleet.view(id, now);
  return {
    id,
    ...(view ? { view } : {}),
    // Newest first: a list that is full leaves a gap behind this exchange, and "in a row" would not be true.
    attempts: (after.length < MOST_CALLS ? [...before, ...after] : before).filter(
      (attempt) => isOfClient(attempt) || attempt.exchangeId === exchange.id,
    ),
    ...(same ? { sameModel: new Set(same.map((one) => one.id)) } : {}),
    events: events.filter(({ at }) => at >= since && at < until),
  };
}

function clusterOf(name: string, { fleet, now }: ExplainingPorts): Evidence['cluster'] {
  return fleet.views(now(), name).map((view): ClusterEvidence => {
    const { limits, cancelStopsBilling } = fleet.endpoint(view.id) ?? {};
    return {
      ...view,
      ...(limits ? { limits } : {}),
      ...(cancelStopsBilling === undefined ? {} : { cancelStopsBilling }),
    };
  });
}

/** Later exchanges of the same client, oldest first. */
async function laterOf(
  exchange: ExchangeRecord,
  { store, now }: ExplainingPorts,
): Promise<readonly ExchangeRecord[]> {
  const { client, model, startedAt } = exchange;
  const until = endOf(exchange, now()) + LATER_MS;
  const found = await store.ledgerList({
    since: startedAt,
    until,
    client,
    ...(model === undefined ? {} : { model }),
    limit: MOST_EXCHANGES,
  });
  return found.filter(({ id }) => id !== exchange.id).toReversed();
}

/** Others around it whose client left; only where this one's did. */
async function leftAround(
  exchange: ExchangeRecord,
  { store, now }: ExplainingPorts,
): Promise<readonly ExchangeRecord[]> {
  if (exchange.leftMs === undefined) return [];
  const since = exchange.startedAt - BEFORE_MS;
  const until = endOf(exchange, now()) + AFTER_MS;
  const found = await store.ledgerList({ since, until, limit: MOST_EXCHANGES });
  return found.filter(({ leftMs }) => leftMs !== undefined);
}
