import type { AdminPorts } from '../admin/admin.ts';
import type { Fleet, Predictor } from '../cluster/cluster.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { Route, Settings } from '../domain/settings.ts';
import type { QueueView } from '../domain/view.ts';
import { createExplaining } from '../evidence/evidence.ts';
import type { Exchanges } from '../exchange/exchange.ts';
import type { Verifier } from '../health/health.ts';
import { QUICK_MS, type Streamless } from '../plan/plan.ts';
import type { Clock } from '../platform/clock.ts';
import type { Recorder, Totals } from '../record/record.ts';
import type { Store } from '../storage/storage.ts';
import { isCredentialHeader } from '../telemetry/telemetry.ts';
import type { ConfigDesk } from './config-desk.ts';
import type { Observing } from './observing.ts';
import type { Watching } from './watching.ts';

/** What the running gateway gives to be looked at. */
export interface ViewedGateway {
  readonly fleet: Fleet;
  readonly predictor: Predictor;
  readonly streamless: Streamless;
  readonly verifier: Verifier;
  readonly exchanges: Exchanges;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly watching: Watching;
  readonly observing: Observing;
  readonly config: ConfigDesk;
  readonly whatIf: AdminPorts['whatIf'];
  readonly checkUp: NonNullable<AdminPorts['checkUp']>;
  /** Counters of all earlier runs. */
  readonly lifetimeBefore: Totals;
  readonly startedAt: number;
  about(): {
    readonly settings: Settings;
    readonly demo: boolean;
    readonly loadedAt: number;
    readonly problem: string | undefined;
    readonly draining: boolean;
    readonly addresses: readonly string[];
    readonly version: string;
    readonly configFile: string;
  };
  reload: AdminPorts['reload'];
  stop(): void;
  onCleared(events: readonly HealthEvent[]): void;
}

/** The gateway behind the admin API. */
export function adminPortsOf(gateway: ViewedGateway): AdminPorts {
  const { fleet, verifier, exchanges, store, clock, about, watching, config } = gateway;
  const explaining = createExplaining({
    store,
    fleet,
    exchanges,
    now: clock.wall,
    settings: () => about().settings,
  });
  const queue = () => fleet.views(clock.wall()).flatMap(queueView);
  return {
    gateway: () => gatewayView(gateway),
    clusters() {
      const { clusters, defaultCluster } = about().settings;
      return clusters.map(({ name, strategy }) => ({
        name,
        strategy,
        isDefault: name === defaultCluster,
        endpoints: endpointViews(gateway, name),
      }));
    },
    routes() {
      const { routes, defaultCluster, auth, listen } = about().settings;
      const [clientKeys, listeners] = [auth.keys.map(({ name }) => name), listen.map(({ name }) => name)];
      return { routes: routes.map(withoutSecrets), defaultCluster, clientKeys, listeners };
    },
    endpoints: () => endpointViews(gateway),
    history: async (endpointId, limit) => (await store.healthHistory(endpointId, limit)).toReversed(),
    verify: (endpointId) => verifier.verify(endpointId),
    verifyQueue: (endpointId) => verifier.verifyQueue(endpointId),
    queue,
    clearQueue(endpointId) {
      const events = fleet.clear(endpointId, clock.wall());
      gateway.onCleared(events);
      return events.length;
    },
    reload: gateway.reload,
    stop: gateway.stop,
    exchanges: () => exchanges.views(clock.now()),
    cancelExchange: (id) => exchanges.cancel(id),
    forgetEdge(endpointId) {
      const learned = [
        fleet.forgetEdge(endpointId),
        gateway.streamless.forget(endpointId),
        gateway.predictor.forget(endpointId),
      ];
      const forgotten = learned.includes(true);
      if (forgotten) gateway.onCleared([]);
      return forgotten;
    },
    ledgerList: (query) => store.ledgerList(query),
    ledgerExchange: (id) => store.ledgerExchange(id),
    ledgerSummary: (query, by) => store.ledgerSummary(query, by),
    ledgerPoints: (query) => store.ledgerPoints(query),
    ledgerAttempts: (query) => store.ledgerAttempts(query),
    liveView: () => watching.view({ fleet, exchanges, queue, draining: () => about().draining }),
    onExchange: watching.onExchange,
    whatIf: gateway.whatIf,
    checkUp: gateway.checkUp,
    config: config.view,
    checkConfig: config.check,
    applyConfig: config.apply,
    setEnabled: config.setEnabled,
    metrics: gateway.observing.metrics,
    testAlerts: gateway.observing.testAlerts,
    explanation: explaining.explanation,
    explainPage: explaining.page,
  };
}

/** Endpoints with what was learned of how to ask them. */
function endpointViews(
  { fleet, predictor, streamless, clock }: ViewedGateway,
  cluster?: string,
): readonly EndpointView[] {
  const now = clock.wall();
  return fleet.views(now, cluster).map((view) => {
    const asking = {
      streamless: streamless.of(view.id, now),
      quick: predictor.quickModels(view.id, QUICK_MS, now),
    };
    return asking.streamless.length + asking.quick.length > 0 ? { ...view, asking } : view;
  });
}

/** A pattern that a credential has to fit is as good as a part of it. */
function withoutSecrets(route: Route): Route {
  const { headers } = route.match;
  if (headers === undefined) return route;
  const shown = Object.entries(headers).map(([name, glob]) => [
    name,
    isCredentialHeader(name) ? '***' : glob,
  ]);
  return { ...route, match: { ...route.match, headers: Object.fromEntries(shown) } };
}

function gatewayView({ about, recorder, exchanges, fleet, clock, lifetimeBefore, startedAt }: ViewedGateway) {
  const { demo, loadedAt, problem, draining, addresses, version, configFile } = about();
  const { requests, successes, failures, durationMs } = recorder.totals();
  return {
    pid: process.pid,
    version,
    addresses,
    startedAt,
    draining,
    config: { file: configFile, loadedAt, demo, ...(problem === undefined ? {} : { problem }) },
    requests,
    successes,
    failures,
    running: exchanges.running,
    ...(requests === 0 ? {} : { meanMs: durationMs / requests }),
    lifetime: {
      requests: lifetimeBefore.requests + requests,
      successes: lifetimeBefore.successes + successes,
      failures: lifetimeBefore.failures + failures,
    },
    endpoints: fleet.views(clock.wall()),
  };
}

function queueView({ id, name, baseUrl, inQueue, circuit, lastError }: EndpointView): readonly QueueView[] {
  if (!inQueue || circuit.kind === 'closed') return [];
  return [
    {
      endpointId: id,
      name,
      baseUrl,
      since: circuit.since,
      checks: circuit.checks,
      ...(circuit.kind === 'open' ? { nextCheckAt: circuit.nextCheckAt } : {}),
      ...(lastError ? { lastError: lastError.detail } : {}),
    },
  ];
}
