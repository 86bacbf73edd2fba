import type { Choice, ChooseRequest, Expectation } from '../cluster/cluster.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { FAILURES } from '../domain/failure.ts';
import type { Failed, Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { RetrySettings } from '../domain/settings.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { fullJitter, remainingMs } from '../resilience/resilience.ts';
import { whatIsAsked } from './asking.ts';
import { attemptTimers } from './attempt-timers.ts';
import { errorOf, repeatsItself, wasCharged } from './give-up.ts';
import type { Plan } from './plan-for.ts';

/** What to do next with an exchange. */
export type Step =
  | {
      readonly kind: 'attempt';
      readonly endpoint: Endpoint;
      readonly timers: AttemptTimers;
      /** The upstream is asked for a stream, whatever the client asked for. */
      readonly streamed: boolean;
      /** Why this endpoint, in a line: "priority", "edge: main (100s) skipped, …". */
      readonly why: string;
      /** It is expected to cut the answer, and nothing better is to be had. */
      readonly edgeIgnored: boolean;
    }
  | { readonly kind: 'wait'; readonly ms: number; readonly for: 'backoff' | 'slot' }
  | { readonly kind: 'deliver' }
  | { readonly kind: 'give-up'; readonly error: GatewayError };

/** How far an exchange has come. */
export interface Progress {
  readonly request: IdentifiedRequest;
  readonly plan: Plan;
  readonly history: readonly Outcome[];
  /** The pause before the attempt that follows `history` has been made. */
  readonly backedOff: boolean;
}

/** What is known about the world outside the exchange. */
export interface World {
  readonly retry: RetrySettings;
  readonly queueMax: number;
  /** Requests waiting for a slot in this cluster, without this one. */
  readonly waiting: number;
  choose(request: ChooseRequest): Choice;
  /** Is a call to this endpoint streamed upstream? */
  streams(endpoint: Endpoint): boolean;
  /** What the answer is expected to be like there. */
  expect(endpoint: Endpoint): Expectation | undefined;
  /** May a call be repeated at the same endpoint, or is there a storm of repeats already? */
  retryAllowed(): boolean;
  random(): number;
}

/**
 * Decides the next step. Pure: the same progress, world and instant give the same step.
 *
 * Another endpoint is tried at once; the same one only after a pause (full jitter, or what the endpoint asked for
 * in `retry-after`), and never when that pause would outlast the deadline.
 */
export function nextStep(progress: Progress, world: World, now: number): Step {
  const { request, plan, history } = progress;
  const last = history.at(-1);
  if (last && last.kind !== 'failed') return { kind: 'deliver' };
  if (last && isFinal(last, history, world.retry)) return giveUp(progress, world, now);
  const leftMs = remainingMs(plan.deadlineAt, now);
  if (leftMs === 0) return giveUp(progress, world, now);

  const choice = world.choose(last ? askedAgain(progress, world) : askedFirst(progress, world));
  switch (choice.kind) {
    case 'none':
      return last ? giveUp(progress, world, now) : noEndpoint(plan, request);
    case 'full':
      return waitForSlot(choice.soonestMs, plan, world, now);
    case 'endpoint': {
      const pauseMs = progress.backedOff || !last ? 0 : pauseBefore(choice.endpoint.id, history, world);
      if (pauseMs === undefined || pauseMs >= leftMs) return giveUp(progress, world, now);
      if (pauseMs > 0) return { kind: 'wait', ms: pauseMs, for: 'backoff' };
      return attemptAt(choice, plan, world, now);
    }
  }
}

function attemptAt(
  { endpoint, route: why, edgeIgnored }: Extract<Choice, { kind: 'endpoint' }>,
  plan: Plan,
  world: World,
  now: number,
): Step {
  const streamed = world.streams(endpoint);
  return {
    kind: 'attempt',
    endpoint,
    timers: attemptTimers(plan, endpoint, streamed, now),
    streamed,
    why: plan.route === undefined ? why : `route ${plan.route}; ${why}`,
    edgeIgnored,
  };
}

const NONE: readonly string[] = [];

const askedFirst = ({ request, plan }: Progress, { expect }: World): ChooseRequest =>
  whatIsAsked(request, plan, expect, NONE, NONE);

function askedAgain({ request, plan, history }: Progress, { expect }: World): ChooseRequest {
  const tried = history.map((outcome) => outcome.endpointId);
  const banned = history.filter(repeatsItself).map((outcome) => outcome.endpointId);
  return whatIsAsked(request, plan, expect, tried, banned);
}

const giveUp = ({ plan, history }: Progress, { retry }: World, now: number): Step => ({
  kind: 'give-up',
  error: errorOf(plan, history, retry, now),
});

/** A failure after which no further attempt is made. */
function isFinal(last: Failed, history: readonly Outcome[], retry: RetrySettings): boolean {
  if (last.committed || FAILURES[last.cause].retry === 'nowhere') return true;
  // A failure that cost nothing is repeated as often as `max` says; one that was paid for only a few times.
  const charged = history.filter(wasCharged).length;
  return history.length > retry.max || charged > retry.maxCharged;
}

/** Undefined: don't ask this endpoint again now. */
function pauseBefore(endpointId: string, history: readonly Outcome[], world: World): number | undefined {
  const earlier = history.filter((outcome) => outcome.endpointId === endpointId);
  const previous = earlier.at(-1);
  if (previous?.kind !== 'failed') return 0;
  if (!world.retryAllowed()) return undefined;
  const { baseMs, capMs } = world.retry;
  return Math.max(fullJitter(earlier.length - 1, baseMs, capMs, world.random), previous.retryAfterMs ?? 0);
}

function waitForSlot(soonestMs: number, plan: Plan, world: World, now: number): Step {
  if (world.waiting >= world.queueMax) {
    const retryAfterMs = Number.isFinite(soonestMs) ? soonestMs : 1_000;
    const words = { cluster: plan.cluster, waiting: world.waiting };
    return { kind: 'give-up', error: gatewayError('queue_full', words, { retryAfterMs }) };
  }
  return { kind: 'wait', ms: Math.min(soonestMs, remainingMs(plan.deadlineAt, now)), for: 'slot' };
}

function noEndpoint(plan: Plan, request: IdentifiedRequest): Step {
  return {
    kind: 'give-up',
    error: gatewayError('no_endpoint', { cluster: plan.cluster, protocol: request.protocol }),
  };
}
