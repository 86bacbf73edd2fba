import type { Cluster, Endpoint, Strategy } from '../domain/endpoint.ts';
import type { Answered, Failed, FailureCause, Rejected } from '../domain/outcome.ts';
import type { HealthSettings } from '../domain/settings.ts';
import type { ChooseRequest } from './choice.ts';
import type { FleetSettings } from './fleet.ts';

/** Values for the tests of this folder. */

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
