import type { Endpoint } from '../domain/endpoint.ts';
import type { HealthSettings } from '../domain/settings.ts';
import type { ChooseRequest } from './choice.ts';
import { misfitsAmong } from './edge-fit.ts';
import { blockedMs, type EndpointState, type Member } from './endpoint-state.ts';
import type { EdgeLearning } from './learned-edge.ts';
import type { Pool } from './roster.ts';
import { inService } from './sorting.ts';

/** Why an endpoint does not stand among those that could be asked. Instants as everywhere; spans in ms. */
export type Out =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'other-protocol' }
  /** In the failure queue; absent: a verification is under way. */
  | { readonly kind: 'failed'; readonly nextCheckAt?: number }
  | { readonly kind: 'cooling'; readonly until: number }
  /** At its limits; Infinity: until a slot gets free. */
  | { readonly kind: 'full'; readonly opensInMs: number };

/** How one endpoint of a cluster stands towards a request. */
export interface Standing {
  readonly endpoint: Endpoint;
  /** Absent: it can be asked. */
  readonly out?: Out;
  /** It is expected to cut the answer: what it allows, and by which setting or experience. */
  readonly cuts?: {
    readonly short: 'silence' | 'total';
    readonly allowedMs: number;
    readonly expectedMs: number;
    readonly by: 'edge' | 'learned-edge' | 'max_duration';
  };
}

/** Every endpoint of the pool, in the order of the settings. Changes nothing. */
export function standingsOf(
  pool: Pool,
  request: ChooseRequest,
  health: HealthSettings,
  learning: EdgeLearning,
  now: number,
): readonly Standing[] {
  const misfits = misfitsAmong(pool.members, request, learning, now);
  return pool.members.map((member) => {
    const out = outOf(member, request, health, now);
    const misfit = misfits.find((one) => one.member === member);
    return {
      endpoint: member.endpoint,
      ...(out ? { out } : {}),
      ...(misfit
        ? {
            cuts: {
              short: misfit.short,
              allowedMs: misfit.allowedMs,
              expectedMs: misfit.short === 'silence' ? misfit.expected.silenceMs : misfit.expected.totalMs,
              by: cutterOf(member, misfit.short, misfit.allowedMs),
            },
          }
        : {}),
    };
  });
}

function outOf(
  { endpoint, state }: Member,
  { protocol, operation }: ChooseRequest,
  health: HealthSettings,
  now: number,
): Out | undefined {
  if (!endpoint.enabled) return { kind: 'disabled' };
  if (!endpoint.protocols.includes(protocol)) return { kind: 'other-protocol' };
  if (!inService(state, operation, health, now)) return unserviceable(state, now);
  const opensInMs = blockedMs(state, operation, now);
  return opensInMs > 0 ? { kind: 'full', opensInMs } : undefined;
}

function unserviceable({ circuit, coolingUntil }: EndpointState, now: number): Out {
  if (circuit.kind === 'open') return { kind: 'failed', nextCheckAt: circuit.nextCheckAt };
  if (circuit.kind === 'half-open') return { kind: 'failed' };
  return { kind: 'cooling', until: Math.max(now, coolingUntil) };
}

function cutterOf(
  { endpoint }: Member,
  short: 'silence' | 'total',
  allowedMs: number,
): NonNullable<Standing['cuts']>['by'] {
  if (short === 'total') return endpoint.edge?.totalMs === allowedMs ? 'edge' : 'max_duration';
  return endpoint.edge?.silenceMs === allowedMs ? 'edge' : 'learned-edge';
}
