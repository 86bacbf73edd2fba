import { callFor, startAttempt, type Transport } from './attempt/attempt.ts';
import type { Fleet } from './cluster/cluster.ts';
import type { Downstream } from './domain/downstream.ts';
import type { Outcome } from './domain/outcome.ts';
import type { ClientRequest } from './domain/request.ts';
import type { Settings } from './domain/settings.ts';
import type { Language } from './errors/catalogue.ts';
import { type GatewayError, gatewayError } from './errors/gateway-error.ts';
import { identify, protocolOf } from './identify/identify.ts';
import { nextStep, type Plan, planFor, type QueueSeat, type SlotQueue, type Step } from './plan/plan.ts';
import type { Clock } from './platform/clock.ts';
import type { Recorder } from './record/record.ts';
import {
  cancelExchange,
  createPump,
  type Exchange,
  type Exchanges,
  follow,
  type JournalEnd,
  refuse,
} from './relay/relay.ts';
import type { RetryBudget } from './resilience/resilience.ts';

/** What the stages work with. Settings are read once a request: a running one keeps those it began with. */
export interface PipelinePorts {
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly exchanges: Exchanges;
  readonly slots: SlotQueue;
  readonly retries: RetryBudget;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly language: Language;
  random(): number;
  settings(): Settings;
  draining(): boolean;
  /** The failure queue may have changed, or there is something to save. */
  onAttemptEnded(): void;
}

export type Serve = (request: ClientRequest, downstream: Downstream, refusal?: GatewayError) => Promise<void>;

/** The stages, in their order: identify → plan ⇄ attempt → relay → record. Accept stands before, and calls this. */
export function createPipeline(ports: PipelinePorts): Serve {
  const { clock, exchanges, language, recorder } = ports;
  return async function serve(request, downstream, refusal) {
    const identified = refusal ? undefined : identify(request);
    const error =
      refusal ?? (ports.draining() ? gatewayError('draining', {}, { retryAfterMs: 1_000 }) : undefined);
    if (error || !identified?.ok) {
      const told =
        error ??
        (identified?.ok === false ? identified.error : gatewayError('internal', { detail: 'identify' }));
      refuse(downstream, told, {
        ...protocolOf(request.path, request.headers),
        requestId: request.id,
        language,
      });
      return recorder.turnedAway(request, told, clock.now() - request.receivedAt);
    }
    const settings = ports.settings();
    const plan = planFor(identified.value, settings);
    recorder.received(identified.value);
    const seat = exchanges.joinOrOpen(identified.value, plan);
    if (seat.opened) void runExchange(seat.exchange, plan, settings, ports);
    const { protocol, id: requestId } = identified.value;
    const ending = await follow(seat.exchange.journal, downstream, { protocol, requestId, language });
    if (ending.kind === 'left') cancelExchange(seat.exchange);
    const durationMs = clock.now() - request.receivedAt;
    recorder.finished({
      request: identified.value,
      history: seat.exchange.history,
      ending,
      durationMs,
      sentBytes: downstream.sentBytes,
    });
  };
}

/** Runs an exchange to its end: attempts and pauses, as `nextStep` decides. Owned by the gateway, not by a client. */
async function runExchange(
  exchange: Exchange,
  plan: Plan,
  settings: Settings,
  ports: PipelinePorts,
): Promise<void> {
  const { clock, exchanges, fleet, recorder, retries, slots } = ports;
  const { history, request } = exchange;
  let seat: QueueSeat | undefined;
  let backedOff = false;
  let waitedMs = 0;
  const world = {
    retry: settings.retry,
    queueMax: settings.queueMax,
    get waiting() {
      return slots.waiting(plan.cluster) - (seat ? 1 : 0);
    },
    choose: (asked: Parameters<Fleet['choose']>[0]) => chooseFor(asked, fleet, clock.now(), ports.random),
    retryAllowed: () => retries.allow(clock.now()),
    random: ports.random,
  };
  retries.note('request', clock.now());
  try {
    while (!exchange.cancelled) {
      const step = nextStep({ request, plan, history, backedOff }, world, clock.now());
      if (step.kind === 'deliver' || step.kind === 'give-up')
        return exchange.journal.finish(endOf(exchange, step));
      if (step.kind === 'wait') {
        if (step.for === 'slot') seat ??= slots.enter(plan.cluster);
        backedOff ||= step.for === 'backoff';
        waitedMs += step.ms;
        await pause(exchange, step.ms, clock, step.for === 'slot' ? seat : undefined);
        continue;
      }
      seat?.leave();
      seat = undefined;
      const { endpoint, why } = step;
      recorder.picked({
        id: request.id,
        endpoint,
        why,
        attempt: history.length,
        retryMax: settings.retry.max,
        waitedMs,
      });
      history.push(await attempt(exchange, step, ports));
      backedOff = false;
      waitedMs = 0;
    }
    exchange.journal.finish({ kind: 'refused', error: gatewayError('internal', { detail: 'cancelled' }) });
  } catch (thrown) {
    // A defect of ours: the client still gets an answer, and the log says where.
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    recorder.internal(detail, request.id);
    exchange.journal.finish(
      endOf(exchange, { kind: 'give-up', error: gatewayError('internal', { detail: 'see proxy.log' }) }),
    );
  } finally {
    seat?.leave();
    exchanges.close(exchange);
  }
}

/** One attempt, from the endpoint's books to the outcome. */
async function attempt(
  exchange: Exchange,
  step: Step & { kind: 'attempt' },
  ports: PipelinePorts,
): Promise<Outcome> {
  const { clock, fleet, recorder, retries, transport } = ports;
  const { request, journal, history } = exchange;
  const { endpoint } = step;
  exchange.endpointId = endpoint.id;
  exchange.attempts += 1;
  if (history.some((earlier) => earlier.endpointId === endpoint.id)) retries.note('retry', clock.now());
  fleet.began(endpoint.id, exchange.cluster, request.operation, clock.now());
  const ownHeaders = [
    'x-qcc-request-id',
    request.id,
    'x-qcc-endpoint',
    endpoint.id,
    'x-qcc-attempts',
    String(history.length + 1),
  ];
  const sink = createPump(journal, { ...request, requestBody: request.body, ownHeaders });
  const outcome = await new Promise<Outcome>((onOutcome) => {
    const running = startAttempt(callFor(request, endpoint, step.timers), {
      transport,
      clock,
      sink,
      onOutcome,
    });
    exchange.interrupt = () => running.cancel('client');
  });
  exchange.interrupt = undefined;
  exchange.tellable = sink.tellable;
  recorder.health(fleet.ended(endpoint.id, outcome, request.operation, request.model, clock.now()));
  recorder.attemptEnded(request.id, outcome);
  ports.slots.freed(exchange.cluster);
  ports.onAttemptEnded();
  return outcome;
}

function endOf({ journal, tellable }: Exchange, step: Step & { kind: 'deliver' | 'give-up' }): JournalEnd {
  if (step.kind === 'deliver') return { kind: 'complete' };
  return journal.head
    ? { kind: 'broken', error: step.error, tellable }
    : { kind: 'refused', error: step.error };
}

/** Waits, unless the exchange is cancelled or its turn comes first. */
function pause(exchange: Exchange, ms: number, clock: Clock, seat: QueueSeat | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(ms) ? clock.timer(ms, () => resolve()) : undefined;
    const wake = () => {
      timer?.cancel();
      resolve();
    };
    exchange.interrupt = wake;
    void seat?.turn().then(wake);
  });
}

/** Paths that all protocols have in common (`/v1/models`) go to whichever endpoint there is. */
function chooseFor(
  asked: Parameters<Fleet['choose']>[0],
  fleet: Fleet,
  now: number,
  random: () => number,
): ReturnType<Fleet['choose']> {
  const choice = fleet.choose(asked, now, random);
  if (choice.kind !== 'none' || asked.operation !== 'pass') return choice;
  const other = asked.protocol === 'anthropic-messages' ? 'openai-chat' : 'anthropic-messages';
  return fleet.choose({ ...asked, protocol: other }, now, random);
}
