import { createTransport, type Transport } from '../attempt/attempt.ts';
import { createFleet, createPredictor, type Fleet, type Predictor } from '../cluster/cluster.ts';
import type { Body } from '../domain/body.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Usage } from '../domain/usage.ts';
import { createExchanges, type Exchanges } from '../exchange/exchange.ts';
import { createVerifier, type Verifier } from '../health/health.ts';
import { createSlotQueue, createStreamless, type SlotQueue, type Streamless } from '../plan/plan.ts';
import { requestId } from '../platform/ids.ts';
import {
  answerText,
  estimateInputTokens,
  estimateOutputTokens,
  readAnswer,
  verificationCall,
} from '../protocols/protocols.ts';
import { createRecorder, type Recorder, type Totals } from '../record/record.ts';
import { createObserving, type Observing } from './observing.ts';
import type { GatewayOptions } from './options.ts';
import type { Present } from './present.ts';
import { type Retention, startRetention } from './retention.ts';
import { type Saving, startSaving } from './saving.ts';
import { createWatching, type Watching } from './watching.ts';

/** The parts of one gateway, each made, none of them asked anything yet. */
export interface Parts {
  readonly fleet: Fleet;
  readonly predictor: Predictor;
  readonly streamless: Streamless;
  readonly slots: SlotQueue;
  readonly transport: Transport;
  readonly exchanges: Exchanges;
  readonly recorder: Recorder;
  readonly verifier: Verifier;
  readonly saving: Saving;
  readonly retention: Retention;
  readonly observing: Observing;
  readonly watching: Watching;
  /** Counters of all earlier runs. */
  readonly lifetimeBefore: Totals;
}

/** Makes the parts, and has those that remember take up what an earlier run has saved. */
export async function build(options: GatewayOptions, present: Present): Promise<Parts> {
  const { store, log, clock } = options;
  const fleet = createFleet(present.settings);
  const predictor = createPredictor();
  const streamless = createStreamless();
  const saving = await startSaving(store, { fleet, predictor, streamless }, clock);
  const retention = startRetention({ store, clock, log, settings: () => present.settings.ledger });
  const lifetimeBefore = await store.loadTotals();
  const slots = createSlotQueue();
  const observing = createObserving({
    ...options,
    readings: {
      endpoints: () => fleet.views(clock.wall()),
      waiting: () => present.settings.clusters.map(({ name }) => [name, slots.waiting(name)] as const),
      running: () => exchanges.running,
      keptBytes: () => exchanges.keptBytes,
    },
  });
  const watching = createWatching(clock, store);
  const recorder = recorderOf(options, fleet, observing, watching);
  const exchanges = createExchanges({
    clock,
    settings: () => present.settings.replay,
    onClosed({ delivered, note, journal }, dropped) {
      const bytes = journal.totalBytes;
      recorder.closed(note, dropped === undefined || delivered ? undefined : { why: dropped, bytes });
    },
    onDropped: ({ note, journal }, why) => recorder.dropped(note, why, journal.totalBytes),
    onUntaken: ({ note }) => recorder.untaken(note),
    noteOf: (request) => recorder.adopted(request),
  });
  const transport = createTransport();
  const verifier = verifierOf(options, present, { fleet, transport, recorder, saving });
  const whatRuns = { slots, transport, exchanges, recorder, verifier };
  return {
    fleet,
    predictor,
    streamless,
    saving,
    retention,
    lifetimeBefore,
    observing,
    watching,
    ...whatRuns,
  };
}

function recorderOf(
  { log, store, clock, prices, observers = [] }: GatewayOptions,
  fleet: Fleet,
  observing: Observing,
  watching: Watching,
): Recorder {
  return createRecorder({
    log,
    store,
    prices: () => prices(),
    now: clock.now,
    wall: clock.wall,
    observers: [watching.observer, ...observing.observers, ...observers],
    estimate: estimateUsage,
    newId: requestId,
    view: (id) => fleet.view(id, clock.wall()),
  });
}

function verifierOf(
  { clock, log, random }: GatewayOptions,
  present: Present,
  { fleet, transport, recorder, saving }: Pick<Parts, 'fleet' | 'transport' | 'recorder' | 'saving'>,
): Verifier {
  return createVerifier({
    fleet,
    transport,
    clock,
    log,
    random,
    conversation: { call: verificationCall, read: readAnswer, text: answerText },
    settings: () => present.settings.health,
    ownCall: (call) => recorder.ownCall(call),
    onEvents(events) {
      recorder.health(events);
      saving.soon();
    },
  });
}

/** What a call has used, where the upstream does not say. The text of a stream is counted as it comes; else the body is. */
function estimateUsage(body: Body, { outputBytes, answerBytes = 0 }: Outcome): Usage {
  return {
    inputTokens: estimateInputTokens(body),
    outputTokens: estimateOutputTokens(outputBytes ?? answerBytes),
  };
}
