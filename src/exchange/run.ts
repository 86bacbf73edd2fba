import { callFor, type RunningAttempt, startAttemptAt } from '../attempt/attempt.ts';
import type { Choice, ChooseRequest, Expectation } from '../cluster/cluster.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { RetrySettings, Settings } from '../domain/settings.ts';
import { gatewayError } from '../errors/gateway-error.ts';
import { createPump, type Pump } from '../journal/journal.ts';
import {
  nextStep,
  type Plan,
  predictKey,
  type QueueSeat,
  type Step,
  sampleOf,
  streamlessBy,
  streamsUpstream,
} from '../plan/plan.ts';
import type { BegunCall } from '../record/record.ts';
import { stackOf, unstarted } from './defect.ts';
import { type Attempting, deliveryUnfollowed, type Exchange } from './life.ts';
import { ownHeadersOf } from './own-headers.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { chooseFor, endOf, type LastStep } from './steps.ts';
import { storedAnswerOf } from './stored.ts';

type AttemptStep = Step & { kind: 'attempt' };
type WaitStep = Step & { kind: 'wait' };

/** Runs an exchange to its end. It is owned by the gateway, not by a client. Never throws. */
export function runExchange(exchange: Exchange, plan: Plan, settings: Settings, ports: RunnerPorts): void {
  ports.retries.note('request', ports.clock.now());
  new Run(exchange, plan, settings, ports).advance();
}

/** A call that is not started yet has nothing to cancel. */
const NOT_STARTED: RunningAttempt = { cancel: () => undefined };

/** Moves one exchange from step to step, as `nextStep` decides: it is the progress and the world that that looks at. */
class Run {
  readonly exchange: Exchange;
  readonly plan: Plan;
  readonly retry: RetrySettings;
  readonly queueMax: number;
  readonly history: Outcome[];
  readonly random: () => number;
  /** The pause before the next attempt has been made. */
  backedOff = false;
  readonly #settings: Settings;
  readonly #ports: RunnerPorts;
  #seat: QueueSeat | undefined = undefined;
  /** Waited for since the last attempt. */
  #queuedMs = 0;
  #backoffMs = 0;
  #stepping = false;
  /** The attempt under way holds a slot at its endpoint. */
  #holding: Endpoint | undefined = undefined;
  #pump: Pump | undefined = undefined;

  constructor(exchange: Exchange, plan: Plan, settings: Settings, ports: RunnerPorts) {
    this.exchange = exchange;
    this.plan = plan;
    this.retry = settings.retry;
    this.queueMax = settings.queueMax;
    this.history = exchange.history;
    this.random = ports.random;
    this.#settings = settings;
    this.#ports = ports;
  }

  get request(): IdentifiedRequest {
    return this.exchange.request;
  }

  /** Steps on until something has to be waited for. An outcome that comes within a step is taken up by the next one. */
  advance(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      while (this.exchange.state.kind === 'waiting' && this.#step());
    } catch (thrown) {
      this.#failed(thrown);
    }
    this.#stepping = false;
  }

  /** True: go on at once. */
  #step(): boolean {
    if (this.exchange.cancelled) return this.#end({ kind: 'give-up', error: gatewayError('cancelled') });
    const step = nextStep(this, this, this.#ports.clock.now());
    switch (step.kind) {
      case 'deliver':
      case 'give-up':
        return this.#end(step);
      case 'wait':
        return this.#wait(step);
      case 'attempt':
        return this.#attempt(step);
    }
  }

  // What `nextStep` may look at, besides the exchange.

  get waiting(): number {
    return this.#ports.slots.waiting(this.plan.cluster) - (this.#seat ? 1 : 0);
  }

  choose(asked: ChooseRequest): Choice {
    const { fleet, clock, random } = this.#ports;
    return chooseFor(asked, fleet, clock.wall(), random);
  }

  streams(endpoint: Endpoint): boolean {
    const { clock } = this.#ports;
    return streamsUpstream(this.request, endpoint, this.plan.clientBehindEdge, this.#ports, clock.wall());
  }

  readonly expect = (endpoint: Endpoint): Expectation | undefined => {
    const key = predictKey(this.request, endpoint.id, this.streams(endpoint));
    return this.#ports.predictor.expect(key, this.#ports.clock.wall());
  };

  retryAllowed(): boolean {
    return this.#ports.retries.allow(this.#ports.clock.now());
  }

  #wait(step: WaitStep): boolean {
    const { clock, slots } = this.#ports;
    if (step.for === 'slot') this.#seat ??= slots.enter(this.plan.cluster);
    else this.backedOff = true;
    const since = clock.now();
    const isForSlot = step.for === 'slot';
    let over = false;
    const goOn = () => {
      if (over) return;
      over = true;
      timer?.cancel();
      const waitedMs = clock.now() - since;
      if (isForSlot) this.#queuedMs += waitedMs;
      else this.#backoffMs += waitedMs;
      this.exchange.note[isForSlot ? 'queuedMs' : 'backoffMs'] += waitedMs;
      this.advance();
    };
    // A rate window opens for all who wait: they look in their order, whoever's timer is first, and when it surely is
    // open, not between the looks of two.
    const onTimer = isForSlot ? () => slots.freed(this.plan.cluster) : goOn;
    const ms = isForSlot ? Math.ceil(step.ms) + 1 : step.ms;
    const timer = Number.isFinite(ms) ? clock.timer(ms, onTimer) : undefined;
    this.exchange.enter({ kind: 'waiting', for: step.for, interrupt: goOn });
    if (isForSlot) void this.#seat?.turn().then(goOn);
    return false;
  }

  /** One attempt, from the endpoint's books on. True where it has ended already. */
  #attempt(step: AttemptStep): boolean {
    const { exchange, history } = this;
    const { clock, fleet, recorder, retries } = this.#ports;
    const { request, note, journal } = exchange;
    const { endpoint, why, streamed, edgeIgnored } = step;
    const waitedMs = this.#queuedMs + this.#backoffMs;
    recorder.picked(note, { endpoint, why, edgeIgnored, retryMax: this.retry.max, waitedMs });
    const call = { why, streamed, queuedMs: this.#queuedMs, backoffMs: this.#backoffMs };
    this.#waitedEnough();
    if (history.length > 0 && history.some(({ endpointId }) => endpointId === endpoint.id))
      retries.note('retry', clock.now());
    fleet.began(endpoint.id, note.cluster, request.operation, clock.wall());
    this.#holding = endpoint;
    note.throughEdge ||= endpoint.edge !== undefined;
    recorder.callBegins(note, endpoint, call);
    this.#pump = createPump(journal, {
      protocol: request.protocol,
      operation: request.operation,
      streamed,
      aggregates: !request.stream,
      requestBody: request.body,
      ownHeaders: ownHeadersOf(exchange, endpoint, why),
      onOpened: () => this.#opened(endpoint.id),
    });
    return this.#start(step, call, this.#pump);
  }

  #start({ endpoint, timers, streamed }: AttemptStep, call: BegunCall, sink: Pump): boolean {
    const { exchange } = this;
    const { note, request } = exchange;
    const { transport, clock, recorder } = this.#ports;
    const attempting: Attempting = { kind: 'attempting', endpointId: endpoint.id, call: NOT_STARTED };
    exchange.enter(attempting);
    const make = () => callFor(request, endpoint, timers, streamed, this.#traceparent(note.calls.length));
    attempting.call = startAttemptAt(endpoint, make, {
      transport,
      clock,
      sink,
      onOutcome: (outcome) => this.#attemptEnded(endpoint, streamed, outcome),
      onResent: (broken) => recorder.sentAnew(note, broken, endpoint, call),
      onDefect: (thrown) => recorder.internal(stackOf(thrown), exchange.id),
    });
    return exchange.state.kind === 'waiting';
  }

  #opened(endpointId: string): void {
    const { exchange } = this;
    const { state, journal, note } = exchange;
    note.answerStatus = journal.head?.status;
    if (state.kind === 'attempting') exchange.enter({ kind: 'streaming', endpointId, call: state.call });
  }

  #attemptEnded(endpoint: Endpoint, streamed: boolean, outcome: Outcome): void {
    const { exchange, history } = this;
    const { journal, note } = exchange;
    try {
      // A call that is cut as the exchange fails: its slot is free, and it stands on the ledger.
      if (exchange.ended) return this.#learn(endpoint, streamed, outcome);
      history.push(outcome);
      this.#learn(endpoint, streamed, outcome);
      if (journal.head && outcome.kind === 'failed' && !journal.givenOut) {
        journal.reset();
        note.answerStatus = undefined;
      }
      exchange.enter({ kind: 'waiting', for: 'start', interrupt: undefined });
    } catch (thrown) {
      return this.#failed(thrown);
    }
    this.advance();
  }

  /** What an outcome teaches: about the endpoint, about calls like this one, and those who wait for its slot. */
  #learn(endpoint: Endpoint, streamed: boolean, outcome: Outcome): void {
    const { clock, fleet, streamless, predictor, recorder, slots, onAttemptEnded } = this.#ports;
    const { note, request } = this.exchange;
    const now = clock.wall();
    this.#holding = undefined;
    const events = fleet.ended(endpoint.id, outcome, request.operation, request.model, now);
    recorder.health(events);
    recorder.callEnded(note, outcome, request.body);
    if (streamed && !request.stream) {
      const why = streamlessBy(outcome, this.#pump?.answeredPlain ?? false);
      if (why) streamless.note(endpoint.id, request.model ?? '', why, now);
    }
    const sample = request.operation === 'generate' ? sampleOf(outcome) : undefined;
    if (sample) predictor.note(predictKey(request, endpoint.id, streamed), sample, now);
    note.throughEdge ||=
      (outcome.kind === 'failed' && outcome.endedBy === 'edge') || fleet.behindEdge(endpoint.id, now);
    if (slots.anyWaiting)
      for (const cluster of fleet.view(endpoint.id, now)?.clusters ?? []) slots.freed(cluster);
    onAttemptEnded(outcome.kind === 'failed' || events.length > 0);
  }

  /** A call that goes out anew on a fresh connection takes its bytes along, this header among them. */
  #traceparent(n: number): string | undefined {
    const { traceparentOf } = this.#ports;
    if (traceparentOf === undefined) return undefined;
    const { id, request } = this.exchange;
    const { traceparent } = request.headers;
    return traceparentOf(typeof traceparent === 'string' ? { id, traceparent } : { id }, n);
  }

  #waitedEnough(): void {
    this.#seat?.leave();
    this.#seat = undefined;
    this.backedOff = false;
    this.#queuedMs = 0;
    this.#backoffMs = 0;
  }

  #end(step: LastStep): false {
    const { exchange } = this;
    const { answers, clock, exchanges, recorder } = this.#ports;
    this.#seat?.leave();
    exchange.end();
    exchange.journal.finish(endOf(exchange, step, this.#pump?.tellable ?? false));
    if (exchange.followers === 0) recorder.ended(exchange.note, deliveryUnfollowed(exchange));
    exchanges.finish(exchange);
    try {
      // What its client has a name for survives a restart.
      const stored = storedAnswerOf(exchange, clock.wall() + this.#settings.replay.keyTtlMs);
      if (stored) answers.save(stored);
    } catch (thrown) {
      recorder.internal(stackOf(thrown), exchange.id);
    }
    return false;
  }

  /** A defect of ours: the client still gets an answer, the endpoint its slot back, and the log says where. */
  #failed(thrown: unknown): void {
    const { exchange } = this;
    const { clock, fleet, recorder } = this.#ports;
    recorder.internal(stackOf(thrown), exchange.id);
    const { state } = exchange;
    if (state.kind === 'ended') return;
    exchange.end();
    if (state.kind === 'attempting' || state.kind === 'streaming') state.call.cancel('client');
    if (this.#holding) {
      const outcome = unstarted(this.#holding.id, clock.wall());
      fleet.ended(this.#holding.id, outcome, exchange.note.operation, undefined, clock.wall());
      recorder.callEnded(exchange.note, outcome, exchange.request.body);
      this.#holding = undefined;
    }
    this.#end({ kind: 'give-up', error: gatewayError('internal', { detail: 'see proxy.log' }) });
  }
}
