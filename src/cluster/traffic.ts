import { FAILURES, type Failure } from '../domain/failure.ts';
import type { HealthEvent } from '../domain/health.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import type { Operation } from '../domain/protocol.ts';
import type { HealthSettings } from '../domain/settings.ts';
import { CLOSED, opened, postponed, reopened } from './circuit.ts';
import { type EndpointState, isCooling, LONGEST_COOLDOWN_MS } from './endpoint-state.ts';
import { type EdgeLearning, NO_CUTS, taughtBy } from './learned-edge.ts';
import { measured, notWithin } from './peak-ewma.ts';
import { mainMember } from './roster.ts';
import { spanText } from './route-text.ts';
import { lowered, raised } from './smooth-weighted.ts';

/** What is kept of an error's text. */
const MOST_DETAIL = 300;

/**
 * An attempt ended: counters, times, circuit, cooling.
 *
 * Only generation moves the circuit: token counts keep answering in 60 ms while the model behind them is stuck,
 * and a path that a relay lacks says nothing of its models. A refused connection holds for all alike.
 */
export function end(
  state: EndpointState,
  outcome: Outcome,
  operation: Operation,
  model: string | undefined,
  health: HealthSettings,
  now: number,
): readonly HealthEvent[] {
  state.inFlight = Math.max(0, state.inFlight - 1);
  if (operation === 'generate') state.generating = Math.max(0, state.generating - 1);
  count(state, outcome, operation, model, now);
  if (saysOfEndpoint(outcome)) state.unreachable = isUnreachable(outcome);
  if (operation === 'generate') {
    time(state, outcome, now);
    return judge(state, outcome, health, now);
  }
  return isUnreachable(outcome) ? failed(state, outcome, health, now) : [];
}

const isUnreachable = (outcome: Outcome): outcome is Failed =>
  outcome.kind === 'failed' && FAILURES[outcome.cause].ofAllCalls === true;

/** A client that leaves and a defect here end a call before the endpoint has shown anything. */
function saysOfEndpoint(outcome: Outcome): boolean {
  const fault = faultOf(outcome);
  return fault !== 'client' && fault !== 'gateway';
}

const faultOf = (outcome: Outcome): Failure['fault'] | undefined =>
  outcome.kind === 'failed' ? FAILURES[outcome.cause].fault : undefined;

function count(
  state: EndpointState,
  outcome: Outcome,
  operation: Operation,
  model: string | undefined,
  now: number,
): void {
  if (outcome.kind === 'failed') {
    if (!saysOfEndpoint(outcome) || faultOf(outcome) === 'request') return;
    state.failures += 1;
    state.lastError = { at: now, detail: shortened(outcome.detail) };
    return;
  }
  state.successes += 1;
  if (outcome.kind === 'rejected' || operation !== 'generate') return;
  state.lastSuccessAt = now;
  if (model !== undefined) state.lastModel = model;
}

/**
 * A refusal comes at once and tells nothing of the model's pace. A failure without an event tells that the pace is
 * at least that slow; but where nothing was measured yet only a time-out does, since a connection refused within
 * 1 ms must not make an endpoint look like the fastest.
 */
function time(state: EndpointState, outcome: Outcome, now: number): void {
  if (outcome.kind === 'rejected') return;
  const { firstByteMs, firstEventMs, totalMs } = outcome.times;
  const began = outcome.kind === 'answered' || firstEventMs !== undefined;
  if (began && firstByteMs !== undefined) state.latency.note(firstByteMs, now);
  const reachedMs = firstEventMs ?? (began ? firstByteMs : undefined);
  if (reachedMs !== undefined) state.cost = measured(state.cost, reachedMs, now);
  else if (state.cost !== undefined || isTimeout(outcome)) state.cost = notWithin(state.cost, totalMs, now);
}

function isTimeout(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && FAILURES[outcome.cause].slow === true;
}

function judge(
  state: EndpointState,
  outcome: Outcome,
  health: HealthSettings,
  now: number,
): readonly HealthEvent[] {
  if (outcome.kind !== 'failed') return succeeded(state, outcome, now);
  switch (FAILURES[outcome.cause].circuit) {
    case 'spares':
      if (state.onTrial) postpone(state, now);
      return [];
    case 'cools':
      return cooled(state, outcome, health, now);
    case 'opens':
    case 'counts':
      return failed(state, outcome, health, now);
  }
}

/**
 * It answers. An open circuit is closed by that, but not by a call from before it opened: a long stream that
 * still comes to its end does not prove that the next call will get one.
 */
function succeeded(state: EndpointState, { startedAt }: Outcome, now: number): readonly HealthEvent[] {
  state.consecutiveFailures = 0;
  if (state.circuit.kind === 'closed' || startedAt < state.circuit.since) return [];
  close(state);
  return [event(state, 'recovered', 'a request was answered', now)];
}

/** Out for a while, with nothing held against it. Only the beginning is news: many calls may be told at once. */
function cooled(
  state: EndpointState,
  { retryAfterMs, detail }: Failed,
  health: HealthSettings,
  now: number,
): readonly HealthEvent[] {
  const until = now + Math.min(Math.max(0, retryAfterMs ?? health.cooldownMs), LONGEST_COOLDOWN_MS);
  const wasCooling = isCooling(state, now);
  state.coolingUntil = wasCooling ? Math.max(state.coolingUntil, until) : until;
  if (state.onTrial) postpone(state, until);
  return wasCooling || until <= now ? [] : [event(state, 'cooled-down', detail, now)];
}

function failed(
  state: EndpointState,
  { cause, detail }: Failed,
  health: HealthSettings,
  now: number,
): readonly HealthEvent[] {
  state.consecutiveFailures += 1;
  state.members.forEach(lowered);
  if (state.onTrial) {
    state.circuit = reopened(state.circuit, now, health);
    leaveHalfOpen(state);
    return [event(state, 'verification-failed', detail, now)];
  }
  const most = maxFailures(state);
  if (FAILURES[cause].circuit === 'opens')
    state.consecutiveFailures = Math.max(most, state.consecutiveFailures);
  if (state.circuit.kind !== 'closed' || state.consecutiveFailures < most) return [];
  state.circuit = opened(now, health);
  return [event(state, 'opened', detail, now)];
}

/** What the attempt's end tells of the edge in front of the endpoint. */
export function learn(
  state: EndpointState,
  outcome: Outcome,
  learning: EdgeLearning,
  now: number,
): readonly HealthEvent[] {
  const before = state.edges.learned;
  state.edges = taughtBy(state.edges, outcome, learning, now);
  const { learned } = state.edges;
  if (learned === undefined || learned.since === before?.since) return [];
  return [event(state, 'edge-learned', `an edge cuts after ${spanText(learned.silenceMs)} of silence`, now)];
}

/** By hand. Cuts seen so far are forgotten too. */
export function forgetEdge(state: EndpointState): boolean {
  const had = state.edges.learned !== undefined;
  state.edges = NO_CUTS;
  return had;
}

/** Where an endpoint stands in several clusters, the strictest of them counts: its state is one. */
function maxFailures(state: EndpointState): number {
  const strictest = Math.min(...state.members.map(({ endpoint }) => endpoint.maxFailures));
  return mainMember(state) === undefined ? Number.POSITIVE_INFINITY : Math.max(1, strictest);
}

/** Back in service at once, with its whole weight. */
export function close(state: EndpointState): void {
  state.circuit = CLOSED;
  state.consecutiveFailures = 0;
  leaveHalfOpen(state);
  state.members.forEach(raised);
}

/** Whoever was verifying is done. */
export function leaveHalfOpen(state: EndpointState): void {
  state.halfOpenSince = 0;
  state.onTrial = false;
}

function postpone(state: EndpointState, at: number): void {
  state.circuit = postponed(state.circuit, at);
  leaveHalfOpen(state);
}

/** Details come from upstream in part: never longer than a line. */
export function shortened(detail: string): string {
  return detail.length > MOST_DETAIL ? `${detail.slice(0, MOST_DETAIL)}…` : detail;
}

export function event(
  state: EndpointState,
  kind: HealthEvent['kind'],
  detail: string,
  at: number,
): HealthEvent {
  return { at, endpointId: state.id, kind, detail: shortened(detail) };
}
