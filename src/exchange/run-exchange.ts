import { callFor, startAttempt, type Transport } from '../attempt/attempt.ts';
import type { Fleet, Predictor } from '../cluster/cluster.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Settings } from '../domain/settings.ts';
import { gatewayError } from '../errors/gateway-error.ts';
import { createPump, type JournalEnd } from '../journal/journal.ts';
import {
  nextStep,
  type PlainEndpoints,
  type Plan,
  predictKey,
  type QueueSeat,
  type SlotQueue,
  type Step,
  sampleOf,
  streamsUpstream,
} from '../plan/plan.ts';
import type { Clock } from '../platform/clock.ts';
import type { Recorder } from '../record/record.ts';
import type { RetryBudget } from '../resilience/resilience.ts';
import type { Exchanges } from './exchanges.ts';
import type { Exchange } from './state.ts';
import { storedAnswerOf } from './stored.ts';

/** Answers that outlive this process. */
export interface AnswerShelf {
  byKey(request: IdentifiedRequest): Promise<StoredAnswer | undefined>;
  byId(id: string): Promise<StoredAnswer | undefined>;
  save(answer: StoredAnswer): void;
}

export interface RunnerPorts {
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly exchanges: Exchanges;
  readonly slots: SlotQueue;
  readonly plain: PlainEndpoints;
  readonly predictor: Predictor;
  readonly retries: RetryBudget;
  readonly answers: AnswerShelf;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** The `traceparent` of an exchange's nth call; undefined = the client's own stays. */
  traceparentOf?(
    about: { readonly id: string; readonly traceparent?: string },
    n: number,
  ): string | undefined;
  random(): number;
  /** There is something to save. `isNews`: the failure queue may have changed. */
  onAttemptEnded(isNews: boolean): void;
}

type Attempt = Step & { kind: 'attempt' };
type Last = Step & { kind: 'deliver' | 'give-up' };

/** An exchange on its way: what it has waited for since its last attempt. */
interface Course {
  readonly exchange: Exchange;
  readonly plan: Plan;
  readonly settings: Settings;
  seat: QueueSeat | undefined;
  backedOff: boolean;
  queuedMs: number;
  backoffMs: number;
}

/** Runs an exchange to its end. It is owned by the gateway, not by a client. Never throws. */
export async function runExchange(
  exchange: Exchange,
  plan: Plan,
  settings: Settings,
  ports: RunnerPorts,
): Promise<void> {
  const { journal, request } = exchange;
  const course: Course = {
    exchange,
    plan,
    settings,
    seat: undefined,
    backedOff: false,
    queuedMs: 0,
    backoffMs: 0,
  };
  ports.retries.note('request', ports.clock.now());
  ports.recorder.opened(exchange);
  try {
    journal.finish(endOf(exchange, await stepOn(course, ports)));
    keepNamed(exchange, settings, ports);
  } catch (thrown) {
    // A defect of ours: the client still gets an answer, and the log says where.
    ports.recorder.internal(
      thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      request.id,
    );
    journal.finish(
      endOf(exchange, { kind: 'give-up', error: gatewayError('internal', { detail: 'see proxy.log' }) }),
    );
  } finally {
    course.seat?.leave();
    ports.exchanges.finish(exchange);
    ports.recorder.ended(exchange);
  }
}

/** Attempts and pauses, as `nextStep` decides, until there is an answer or none is to be had. */
async function stepOn(course: Course, ports: RunnerPorts): Promise<Last> {
  const { exchange, plan } = course;
  const { request, history, journal } = exchange;
  const world = worldOf(course, ports);
  while (!exchange.cancelled) {
    const step = nextStep({ request, plan, history, backedOff: course.backedOff }, world, ports.clock.now());
    if (step.kind === 'deliver' || step.kind === 'give-up') return step;
    if (step.kind === 'wait') {
      await wait(course, step, ports);
      continue;
    }
    const { retry } = course.settings;
    ports.recorder.picked({
      id: request.id,
      ...step,
      attempt: history.length,
      retryMax: retry.max,
      waitedMs: course.queuedMs + course.backoffMs,
    });
    const { why, streamed } = step;
    const call = { why, streamed, queuedMs: course.queuedMs, backoffMs: course.backoffMs };
    endWaiting(course);
    history.push(await attempt(exchange, step, call, ports));
    if (journal.head && history.at(-1)?.kind === 'failed' && !journal.givenOut) journal.reset();
  }
  return { kind: 'give-up', error: gatewayError('cancelled') };
}

async function wait(
  course: Course,
  step: Step & { kind: 'wait' },
  { slots, clock }: RunnerPorts,
): Promise<void> {
  if (step.for === 'slot') course.seat ??= slots.enter(course.plan.cluster);
  else course.backedOff = true;
  const since = clock.now();
  const seat = step.for === 'slot' ? course.seat : undefined;
  // A rate window opens for all who wait: they look in their order, whoever's timer is first, and when it surely
  // is open, not between the looks of two.
  const onTimer = seat ? () => slots.freed(course.plan.cluster) : undefined;
  const ms = seat ? Math.ceil(step.ms) + 1 : step.ms;
  await pause(course.exchange, ms, clock, seat, onTimer);
  const name = step.for === 'slot' ? 'queuedMs' : 'backoffMs';
  const waitedMs = clock.now() - since;
  course[name] += waitedMs;
  course.exchange[name] += waitedMs;
}

function endWaiting(course: Course): void {
  course.seat?.leave();
  course.seat = undefined;
  course.backedOff = false;
  course.queuedMs = 0;
  course.backoffMs = 0;
}

/** What `nextStep` may look at, besides the exchange. */
function worldOf(course: Course, ports: RunnerPorts) {
  const { exchange, plan, settings } = course;
  const { clock, fleet, plain, predictor, retries, slots, random } = ports;
  return {
    retry: settings.retry,
    queueMax: settings.queueMax,
    get waiting() {
      return slots.waiting(plan.cluster) - (course.seat ? 1 : 0);
    },
    choose: (asked: Parameters<Fleet['choose']>[0]) => chooseFor(asked, fleet, clock.wall(), random),
    streams: (endpoint: Attempt['endpoint']) =>
      streamsUpstream(exchange.request, endpoint, plain, clock.wall()),
    expect: (endpoint: Attempt['endpoint']) => {
      const streamed = streamsUpstream(exchange.request, endpoint, plain, clock.wall());
      return predictor.expect(predictKey(exchange.request, endpoint.id, streamed), clock.wall());
    },
    retryAllowed: () => retries.allow(clock.now()),
    random,
  };
}

/** One attempt, from the endpoint's books to the outcome. */
async function attempt(
  exchange: Exchange,
  step: Attempt,
  begun: Parameters<Recorder['attemptBegan']>[2],
  ports: RunnerPorts,
): Promise<Outcome> {
  const { clock, fleet, retries, transport } = ports;
  const { request, journal, history } = exchange;
  const { endpoint, timers, streamed } = step;
  exchange.endpointId = endpoint.id;
  exchange.attempts += 1;
  if (history.some((earlier) => earlier.endpointId === endpoint.id)) retries.note('retry', clock.now());
  fleet.began(endpoint.id, exchange.cluster, request.operation, clock.wall());
  exchange.throughEdge ||= endpoint.edge !== undefined;
  const n = ports.recorder.attemptBegan(exchange, endpoint, begun);
  const ownHeaders = ownHeadersOf(exchange, step);
  const sink = createPump(journal, {
    protocol: request.protocol,
    operation: request.operation,
    streamed,
    requestBody: request.body,
    ownHeaders,
  });
  const outcome = await new Promise<Outcome>((onOutcome) => {
    const call = callFor(request, endpoint, timers, streamed, traceparentOf(exchange, n, ports));
    const onResent = (broken: Outcome) => ports.recorder.sentAnew(exchange, broken, endpoint, begun);
    const running = startAttempt(call, { transport, clock, sink, onOutcome, onResent });
    exchange.interrupt = () => running.cancel('client');
  });
  exchange.interrupt = undefined;
  exchange.tellable = sink.tellable;
  // A page of HTML under 200 says nothing of how the endpoint answers.
  if (outcome.kind === 'answered' && sink.answeredPlain && !request.stream)
    ports.plain.note(endpoint.id, clock.wall());
  learn(exchange, step, outcome, ports);
  return outcome;
}

/** A call that goes out anew on a fresh connection takes its bytes along, this header among them. */
function traceparentOf({ id, request }: Exchange, n: number, ports: RunnerPorts): string | undefined {
  const { traceparent } = request.headers;
  const about = typeof traceparent === 'string' ? { id, traceparent } : { id };
  return ports.traceparentOf?.(about, n);
}

/** What an outcome teaches: about the endpoint, about calls like this one, and those who wait for its slot. */
function learn(
  exchange: Exchange,
  { endpoint, streamed }: Attempt,
  outcome: Outcome,
  ports: RunnerPorts,
): void {
  const { clock, fleet, predictor, recorder, slots } = ports;
  const { request } = exchange;
  const now = clock.wall();
  const sample = request.operation === 'generate' ? sampleOf(outcome) : undefined;
  if (sample) predictor.note(predictKey(request, endpoint.id, streamed), sample, now);
  const events = fleet.ended(endpoint.id, outcome, request.operation, request.model, now);
  const cutByEdge = outcome.kind === 'failed' && outcome.endedBy === 'edge';
  exchange.throughEdge ||= cutByEdge || fleet.behindEdge(endpoint.id, now);
  recorder.health(events);
  recorder.attemptEnded(exchange, outcome);
  if (slots.anyWaiting)
    for (const cluster of fleet.view(endpoint.id, now)?.clusters ?? []) slots.freed(cluster);
  ports.onAttemptEnded(outcome.kind === 'failed' || events.length > 0);
}

/** The gateway's own headers on an answer. */
function ownHeadersOf({ request, history, scenario }: Exchange, { endpoint, why }: Attempt): string[] {
  return [
    'x-qcc-request-id',
    request.id,
    'x-qcc-endpoint',
    endpoint.id,
    'x-qcc-attempts',
    String(history.length + 1),
    'x-qcc-route',
    // A route may have any name; a header holds printable ASCII only.
    `${scenario}; ${why.replace(/[^\x20-\x7e]/g, '?')}`,
  ];
}

function endOf({ journal, tellable }: Exchange, step: Last): JournalEnd {
  if (step.kind === 'deliver') return { kind: 'complete' };
  return journal.head
    ? { kind: 'broken', error: step.error, tellable }
    : { kind: 'refused', error: step.error };
}

/** What its client has a name for survives a restart. */
function keepNamed(exchange: Exchange, { replay }: Settings, { answers, clock }: RunnerPorts): void {
  const stored = storedAnswerOf(exchange, clock.wall() + replay.keyTtlMs);
  if (stored) answers.save(stored);
}

/** Waits, unless the exchange is cancelled or its turn comes first. */
function pause(
  exchange: Exchange,
  ms: number,
  clock: Clock,
  seat: QueueSeat | undefined,
  onTimer?: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(ms) ? clock.timer(ms, onTimer ?? (() => resolve())) : undefined;
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
  for (const protocol of PROTOCOLS) {
    const other = fleet.choose({ ...asked, protocol }, now, random);
    if (other.kind !== 'none') return other;
  }
  return choice;
}
