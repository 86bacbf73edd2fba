import type { Circuit } from '../domain/health.ts';
import type { HealthSettings } from '../domain/settings.ts';

type Pauses = Pick<HealthSettings, 'intervalMs' | 'maxIntervalMs'>;

/** A trial that was told to wait is postponed by as long as an endpoint cools at most. */
const LONGEST_POSTPONED_MS = 10 * 60_000;

export const CLOSED: Circuit = { kind: 'closed' };

/** Pause before the next verification, after `checks` failed ones: it doubles up to the longest. */
function pauseMs(checks: number, { intervalMs, maxIntervalMs }: Pauses): number {
  return Math.min(intervalMs * 2 ** Math.min(checks, 30), Math.max(intervalMs, maxIntervalMs));
}

/**
 * Whether the next verification is due. One that is further off than any pause lasts was set before the clock was set
 * back, or the pauses shortened.
 */
export function isPast(nextCheckAt: number, { intervalMs, maxIntervalMs }: Pauses, now: number): boolean {
  return nextCheckAt <= now || nextCheckAt - now > Math.max(intervalMs, maxIntervalMs, LONGEST_POSTPONED_MS);
}

/** Out of use from now on. */
export function opened(now: number, pauses: Pauses): Circuit {
  return { kind: 'open', since: now, nextCheckAt: now + pauseMs(0, pauses), checks: 0 };
}

/** One verification begins; other circuits than open ones stay as they are. `since` remains the opening. */
export function halfOpened(circuit: Circuit): Circuit {
  if (circuit.kind !== 'open') return circuit;
  return { kind: 'half-open', since: circuit.since, checks: circuit.checks };
}

/** The verification failed: out of use for longer. A closed circuit stays closed. */
export function reopened(circuit: Circuit, now: number, pauses: Pauses): Circuit {
  if (circuit.kind === 'closed') return circuit;
  const checks = circuit.checks + 1;
  return { kind: 'open', since: circuit.since, nextCheckAt: now + pauseMs(checks, pauses), checks };
}

/** The verification came to no result: due again at `at`, with nothing held against the endpoint. */
export function postponed(circuit: Circuit, at: number): Circuit {
  if (circuit.kind === 'closed') return circuit;
  return { kind: 'open', since: circuit.since, nextCheckAt: at, checks: circuit.checks };
}

/** After a restart no verification is under way any more: a half-open circuit is due at once. */
export function afterRestart(circuit: Circuit): Circuit {
  return circuit.kind === 'half-open' ? postponed(circuit, circuit.since) : circuit;
}
