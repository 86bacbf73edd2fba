import { createDoors } from '../accept/accept.ts';
import { createAdmin } from '../admin/admin.ts';
import { createTransport } from '../attempt/attempt.ts';
import { createFleet, createPredictor } from '../cluster/cluster.ts';
import { runDoctor } from '../doctor/doctor.ts';
import type { RecordObserver } from '../domain/ledger.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { Usage } from '../domain/usage.ts';
import type { Language } from '../errors/catalogue.ts';
import { type AnswerShelf, createExchanges, keyOf, STREAM_BYTES_PER_TOKEN } from '../exchange/exchange.ts';
import { createVerifier } from '../health/health.ts';
import { createPipeline } from '../pipeline.ts';
import { createPlainEndpoints, createSlotQueue } from '../plan/plan.ts';
import type { Clock } from '../platform/clock.ts';
import { within } from '../platform/within.ts';
import { answerText, estimateInputTokens, verificationCall } from '../protocols/protocols.ts';
import { createRecorder, type PriceBook } from '../record/record.ts';
import { createRetryBudget } from '../resilience/resilience.ts';
import type { Store } from '../storage/storage.ts';
import type { Log, OtlpSettings } from '../telemetry/telemetry.ts';
import { type ConfigFile, createConfigDesk } from './config-desk.ts';
import { createWatching } from './live.ts';
import { createObserving } from './observing.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { startRetention } from './retention.ts';
import { startSaving } from './saving.ts';
import { secretsOf } from './secrets.ts';
import { adminPortsOf } from './views.ts';
import { createWhatIf } from './what-if.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
  readonly language: Language;
  readonly version: string;
  readonly prices: () => PriceBook;
  /** Where traces and metrics are exported to; absent: nowhere. */
  readonly otlp?: OtlpSettings;
  /** Told of all that goes on record. */
  readonly observers?: readonly RecordObserver[];
  /** The process's: where the doctor finds other programs. Absent: it finds none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the admin API shows and edits. */
  readonly config: ConfigFile;
  /** Folder with the dashboard's files; absent: a page that says how to build them. */
  readonly dashboard?: string;
  readonly demo: boolean;
  /** Reads the configuration again, for `reload`; undefined where it has not changed hands. */
  readonly readSettings: () => Promise<
    Result<{ settings: Settings; demo: boolean }, { readonly detail: string }>
  >;
}

export interface Gateway {
  readonly addresses: readonly string[];
  /** Takes up the configuration anew; on a problem the running one stays. */
  reload(): Promise<Result<{ clusters: number; endpoints: number }, { readonly detail: string }>>;
  /** No new requests; running ones finish, up to `drain`. Resolves when everything is closed. */
  stop(): Promise<void>;
  /** Resolves once the gateway has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

/** Wires one gateway together and opens its doors. */
export async function startGateway(
  options: GatewayOptions,
): Promise<Result<Gateway, { readonly detail: string }>> {
  const { store, log, clock, random, language } = options;
  let current = {
    settings: options.settings,
    demo: options.demo,
    loadedAt: clock.now(),
    problem: undefined as string | undefined,
  };
  let draining = false;

  const fleet = createFleet(current.settings);
  const predictor = createPredictor();
  const saving = await startSaving(store, fleet, predictor, clock);
  const retention = startRetention({ store, clock, log, settings: () => current.settings.ledger });
  const lifetimeBefore = await store.loadTotals();
  const slots = createSlotQueue();
  const observing = await createObserving({
    ...options,
    readings: {
      endpoints: () => fleet.views(clock.now()),
      waiting: () => current.settings.clusters.map(({ name }) => [name, slots.waiting(name)] as const),
      running: () => exchanges.running,
      keptBytes: () => exchanges.keptBytes,
    },
  });
  const hideSecrets = (settings: Settings) => log.setSecrets(secretsOf(settings, options.otlp));
  hideSecrets(current.settings);
  const transport = createTransport();
  const watching = createWatching(clock, store);
  const recorder = createRecorder({
    log,
    store,
    prices: () => options.prices(),
    now: clock.now,
    observers: [watching.observer, ...observing.observers, ...(options.observers ?? [])],
    estimate: estimateUsage,
    view: (id) => fleet.view(id, clock.now()),
  });
  const exchanges = createExchanges({
    clock,
    settings: () => current.settings.replay,
    onClosed: (exchange, dropped) => recorder.closed(exchange, dropped),
    onDropped: (exchange, why) => recorder.dropped(exchange, why),
  });

  const verifier = createVerifier({
    fleet,
    transport,
    clock,
    log,
    random,
    conversation: { call: verificationCall, text: answerText },
    settings: () => current.settings.health,
    onEvents(events) {
      recorder.health(events);
      saving.soon();
    },
  });
  const plain = createPlainEndpoints();
  const serve = createPipeline({
    fleet,
    transport,
    exchanges,
    recorder,
    clock,
    language,
    random,
    slots,
    traceparentOf: observing.traceparentOf,
    plain,
    predictor,
    answers: answersIn(store),
    retries: createRetryBudget(),
    settings: () => current.settings,
    draining: () => draining,
    onAttemptEnded(isNews) {
      if (isNews) saving.soon();
      else saving.later();
      verifier.nudge();
    },
  });

  // Two at once would each open what the other one closes.
  const reload = oneAtATime(takeUp);
  const startedAt = clock.now();
  let resolveStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });

  const admin = createAdmin(
    adminPortsOf({
      fleet,
      verifier,
      exchanges,
      store,
      recorder,
      clock,
      watching,
      observing,
      config: createConfigDesk(options.config, reload),
      checkUp: (asked, inLanguage, onEvent, signal) => {
        const around = { settings: current.settings, language: inLanguage, prices: options.prices() };
        return runDoctor({ ...around, env: options.env ?? {} }, asked, onEvent, signal);
      },
      whatIf: createWhatIf({
        fleet,
        predictor,
        plain,
        settings: () => current.settings,
        now: clock.now,
        random,
      }),
      lifetimeBefore,
      startedAt,
      reload,
      about: () => ({
        ...current,
        draining,
        addresses: doors.urls,
        version: options.version,
        configFile: options.config.name,
      }),
      stop: () => void stop(),
      onCleared(events) {
        recorder.health(events);
        saving.soon();
      },
    }),
    {
      clock,
      language,
      settings: () => current.settings.admin,
      ...(options.dashboard === undefined ? {} : { dashboard: options.dashboard }),
    },
  );
  const doors = createDoors(
    {
      clock,
      settings: () => current.settings,
      handlers: {
        serve: (request, downstream, refusal) => void serve(request, downstream, refusal),
        admin: (request, response, path) => void admin.handle(request, response, path),
      },
    },
    (address) => log.write({ kind: 'listening', address }),
  );

  async function takeUp(): ReturnType<Gateway['reload']> {
    const stopping = fail({ detail: 'the gateway is stopping' });
    if (draining) return stopping;
    const read = await options.readSettings();
    const problem = read.ok ? await doors.open(read.value.settings.listen) : read.error.detail;
    if (draining) return stopping;
    if (problem !== undefined || !read.ok) {
      doors.closeBut(current.settings.listen);
      current = { ...current, problem };
      log.write({ kind: 'reload-failed', detail: problem ?? '' });
      return fail({ detail: problem ?? '' });
    }
    const { settings, demo } = read.value;
    current = { settings, demo, loadedAt: clock.now(), problem: undefined };
    fleet.apply(settings);
    observing.apply(settings);
    retention.apply();
    transport.keepOnly(settings.clusters.flatMap((cluster) => cluster.endpoints));
    log.setLevel(settings.log.level);
    hideSecrets(settings);
    doors.closeBut(settings.listen);
    verifier.nudge();
    const count = {
      clusters: settings.clusters.length,
      endpoints: new Set(
        settings.clusters.flatMap((cluster) => cluster.endpoints.map((endpoint) => endpoint.id)),
      ).size,
    };
    log.write({ kind: 'reloaded', ...count });
    return ok(count);
  }

  async function stop(): Promise<void> {
    if (draining) return stopped;
    draining = true;
    log.write({ kind: 'draining', running: exchanges.running });
    verifier.stop();
    const closing = doors.close();
    await within(
      current.settings.drainMs,
      clock,
      exchanges.idle().then(() => {
        // Whoever watches sees the drain to its end, and does not prolong it.
        admin.close();
        return closing;
      }),
    );
    doors.destroy();
    await transport.destroy();
    saving.stop();
    retention.stop();
    await observing.close();
    await store.close();
    log.write({ kind: 'stopped' });
    await log.close();
    resolveStopped();
    return stopped;
  }

  const problem = await doors.open(current.settings.listen);
  if (problem !== undefined) {
    saving.stop();
    retention.stop();
    doors.destroy();
    await Promise.all([doors.close(), transport.destroy(), observing.close()]);
    return fail({ detail: problem });
  }
  for (const note of store.notes) log.write({ kind: 'note', detail: note });
  verifier.nudge();
  return ok({
    get addresses() {
      return doors.urls;
    },
    reload,
    stop,
    stopped,
  });
}

/** What a call has used, where the upstream does not say. */
function estimateUsage(request: IdentifiedRequest, answerBytes: number): Usage {
  return {
    inputTokens: estimateInputTokens(request.body),
    outputTokens: Math.round(answerBytes / STREAM_BYTES_PER_TOKEN),
  };
}

/** Answers that their clients have a name for, on disk. A disk that can't be read has none. */
function answersIn(store: Store): AnswerShelf {
  return {
    byKey: (request) => store.loadAnswerByKey(keyOf(request) ?? '').catch(() => undefined),
    byId: (id) => store.loadAnswer(id).catch(() => undefined),
    save: (answer) => store.saveAnswer(answer),
  };
}

export { configInMemory, configOnDisk } from './config-desk.ts';
