import type { Cluster, Endpoint, Strategy } from '../domain/endpoint.ts';
import type { Answered, Failed, FailureCause, Outcome, Rejected } from '../domain/outcome.ts';
import type { Operation } from '../domain/protocol.ts';
import type { HealthSettings } from '../domain/settings.ts';
import type { ChooseRequest } from './choice.ts';
import { createFleet, type Fleet, type FleetSettings } from './fleet.ts';

/** Values and short forms for the tests of this folder. */

/** When they begin. */
export const NOW = 1_000_000;

/** Randomness for where it must not matter. */
export const random = (): number => 0.5;

export const HEALTH: HealthSettings = {
  enabled: true,
  intervalMs: 60_000,
  maxIntervalMs: 600_000,
  timeoutMs: 30_000,
  cooldownMs: 30_000,
};

export function endpoint(id: string, more: Partial<Endpoint> = {}): Endpoint {
  return {
    id,
    name: id,
    baseUrl: `http://${id}.test`,
    apiKey: `key-${id}`,
    protocols: ['anthropic-messages', 'openai-chat', 'openai-responses'],
    weight: 100,
    priority: 1,
    timeouts: {},
    maxFailures: 3,
    enabled: true,
    models: {},
    headers: {},
    limits: {},
    ...more,
  };
}

export function cluster(strategy: Strategy, endpoints: readonly Endpoint[], name = 'main'): Cluster {
  return { name, strategy, endpoints };
}

export function settings(
  strategy: Strategy,
  endpoints: readonly Endpoint[],
  health: Partial<HealthSettings> = {},
): FleetSettings {
  return { clusters: [cluster(strategy, endpoints)], health: { ...HEALTH, ...health } };
}

export function request(more: Partial<ChooseRequest> = {}): ChooseRequest {
  return { cluster: 'main', protocol: 'anthropic-messages', operation: 'generate', tried: [], ...more };
}

export function answered(id: string, startedAt: number, more: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    status: 200,
    endpointId: id,
    startedAt,
    times: { longestSilenceMs: 0, totalMs: 100, firstByteMs: 50, firstEventMs: 60 },
    usage: {},
    ...more,
  };
}

export function rejected(id: string, startedAt: number): Rejected {
  return {
    kind: 'rejected',
    status: 400,
    endpointId: id,
    startedAt,
    times: { longestSilenceMs: 0, totalMs: 5, firstByteMs: 5 },
    usage: {},
  };
}

export function failed(
  id: string,
  cause: FailureCause,
  startedAt: number,
  more: Partial<Failed> = {},
): Failed {
  return {
    kind: 'failed',
    cause,
    phase: 'wait',
    endedBy: 'upstream',
    chargeRisk: 'possible',
    committed: false,
    silenceMs: 0,
    detail: `it was ${cause}`,
    endpointId: id,
    startedAt,
    times: { longestSilenceMs: 0, totalMs: 20 },
    usage: {},
    ...more,
  };
}

/** A generator of numbers in [0,1) that always gives the same ones (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes one attempt at an endpoint fail. */
export function fail(fleet: Fleet, id: string, cause: FailureCause, now = NOW, retryAfterMs?: number): void {
  fleet.began(id, 'main', 'generate', now);
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  fleet.ended(id, failed(id, cause, now, more), 'generate', undefined, now);
}

export function open(fleet: Fleet, id: string, now = NOW): void {
  fail(fleet, id, 'bad-key', now);
}

/** Short form of a choice, for tables: `a priority`, `b least-bad!` (out of service), `full 300`, `none`. */
export function said(fleet: Fleet, more: Partial<ChooseRequest> = {}, now = NOW): string {
  const choice = fleet.choose(request(more), now, random);
  if (choice.kind === 'none') return 'none';
  if (choice.kind === 'full') return `full ${choice.soonestMs}`;
  return `${choice.endpoint.id} ${choice.why}${choice.outOfService ? '!' : ''}`;
}

/** Picks `count` times, letting each attempt begin and succeed at once. */
export function picks(
  fleet: Fleet,
  count: number,
  draw = random,
  session?: (turn: number) => string,
): string[] {
  return Array.from({ length: count }, (_, turn) => {
    const more = session ? { session: session(turn) } : {};
    const choice = fleet.choose(request(more), NOW, draw);
    if (choice.kind !== 'endpoint') return choice.kind;
    const { id } = choice.endpoint;
    fleet.began(id, 'main', 'generate', NOW);
    fleet.ended(id, answered(id, NOW), 'generate', 'm', NOW);
    return id;
  });
}

export function shares(ids: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1 / ids.length;
  return counts;
}

/** A fleet of `a`, and `b` behind it. */
export const one = (health: Partial<typeof HEALTH> = {}): Fleet =>
  createFleet(settings('priority', [endpoint('a'), endpoint('b', { priority: 2 })], health));

/** One attempt at `a`, from beginning to end; gives the kinds of the events. */
export function attempt(
  fleet: Fleet,
  outcome: Outcome,
  now = NOW,
  operation: Operation = 'generate',
): string[] {
  fleet.began('a', 'main', operation, now);
  return fleet.ended('a', outcome, operation, 'model-1', now).map(({ kind }) => kind);
}

/** Attempts at `a` that break. */
export const breaks = (fleet: Fleet, times = 1, now = NOW): string[] =>
  Array.from({ length: times }, () => attempt(fleet, failed('a', 'upstream-error', now), now)).flat();
