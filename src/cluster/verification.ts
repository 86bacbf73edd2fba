import type { HealthEvent } from '../domain/health.ts';
import type { HealthSettings } from '../domain/settings.ts';
import { halfOpened, reopened } from './circuit.ts';
import { type EndpointState, isCooling } from './endpoint-state.ts';
import { mainMember } from './roster.ts';
import { close, event, leaveHalfOpen, shortened } from './traffic.ts';

/** How a verification ended. */
export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/**
 * When an endpoint is due for verification; undefined = it is not in the queue, is being verified already, or
 * nobody uses it: a verification costs money.
 */
export function dueAt(state: EndpointState): number | undefined {
  if (state.circuit.kind !== 'open' || !mainMember(state)?.endpoint.enabled) return undefined;
  return state.circuit.nextCheckAt;
}

/** A verification begins: open → half-open. */
export function checkBegan(state: EndpointState, now: number): void {
  if (state.circuit.kind === 'closed') return;
  state.circuit = halfOpened(state.circuit);
  state.halfOpenSince = now;
  state.onTrial = false;
}

/**
 * A verification ended. On an endpoint that is in service (it was asked for by hand, or traffic proved the
 * endpoint meanwhile) a failure is noted but takes nothing out: traffic decides there.
 */
export function checkEnded(
  state: EndpointState,
  result: CheckResult,
  health: HealthSettings,
  now: number,
): readonly HealthEvent[] {
  if (result.ok) {
    const news = state.circuit.kind !== 'closed' || state.consecutiveFailures > 0 || isCooling(state, now);
    close(state);
    state.coolingUntil = 0;
    state.lastSuccessAt = now;
    return news ? [event(state, 'verified', 'the model answered', now)] : [];
  }
  state.circuit = reopened(state.circuit, now, health);
  leaveHalfOpen(state);
  state.lastError = { at: now, detail: shortened(result.detail) };
  return [event(state, 'verification-failed', result.detail, now)];
}

/** By hand: whatever kept the endpoint out is forgotten. */
export function clear(state: EndpointState, now: number): readonly HealthEvent[] {
  const news = state.circuit.kind !== 'closed' || isCooling(state, now);
  close(state);
  state.coolingUntil = 0;
  return news ? [event(state, 'cleared', 'by hand', now)] : [];
}
