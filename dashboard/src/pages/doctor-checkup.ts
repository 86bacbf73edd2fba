import type { Check, CheckupEvent, Diagnosis } from '../../../src/admin/admin.ts';
import type { ApiError } from '../frame/api.ts';

/** What was seen at one endpoint; the first visit, without a name, is of what concerns none. */
export interface Visit {
  readonly name: string;
  readonly baseUrl: string;
  readonly checks: readonly Check[];
  /** The step under way, in words. */
  readonly now?: string;
}

export interface Checkup {
  readonly state: 'rest' | 'running' | 'done' | 'cancelled';
  readonly visits: readonly Visit[];
  readonly diagnosis?: Diagnosis;
  readonly error?: ApiError;
}

export const AT_REST: Checkup = { state: 'rest', visits: [] };

/** The checkup with one more thing told. */
export function withEvent(checkup: Checkup, event: CheckupEvent): Checkup {
  switch (event.kind) {
    case 'endpoint':
      return {
        ...checkup,
        visits: [...checkup.visits, { name: event.name, baseUrl: event.baseUrl, checks: [] }],
      };
    case 'began':
      return inLast(checkup, ({ checks, name, baseUrl }) => ({ name, baseUrl, checks, now: event.text }));
    case 'checked':
      return inLast(checkup, ({ checks, name, baseUrl }) => ({
        name,
        baseUrl,
        checks: [...checks, event.check],
      }));
    case 'diagnosis':
      return { ...checkup, diagnosis: event.diagnosis };
  }
}

function inLast(checkup: Checkup, change: (visit: Visit) => Visit): Checkup {
  const visits = checkup.visits.length === 0 ? [{ name: '', baseUrl: '', checks: [] }] : checkup.visits;
  return {
    ...checkup,
    visits: visits.map((visit, at) => (at === visits.length - 1 ? change(visit) : visit)),
  };
}
