import type { StreamlessModel } from '../domain/health.ts';
import type { Outcome } from '../domain/outcome.ts';

/** Models that an endpoint gives no streams of, as calls have shown. They are asked for streams anew after a day. */
export interface Streamless {
  note(endpointId: string, model: string, why: StreamlessModel['why'], now: number): void;
  has(endpointId: string, model: string, now: number): boolean;
  /** Those of one endpoint. */
  of(endpointId: string, now: number): readonly StreamlessModel[];
  /** Forgets those of one endpoint; false where there were none. */
  forget(endpointId: string): boolean;
  /** What has been noted, as JSON. */
  snapshot(): string;
  /** Takes a snapshot's place up; one that can't be read makes an empty one. */
  restore(json: string): void;
}

const REMEMBERED_MS = 24 * 3_600_000;
/** Names come from clients. */
const MOST_MODELS = 1_000;
const MOST_CHARACTERS = 128;

type Noted = StreamlessModel & { readonly endpointId: string };

export function createStreamless(): Streamless {
  /** Least recently noted first. */
  const noted = new Map<string, Noted>();
  const keyOf = (endpointId: string, model: string) => `${endpointId}\n${model.slice(0, MOST_CHARACTERS)}`;
  const holds = (one: Noted | undefined, now: number): one is Noted =>
    one !== undefined && now - one.since < REMEMBERED_MS;

  function put(one: Noted): void {
    const key = keyOf(one.endpointId, one.model);
    noted.delete(key);
    noted.set(key, one);
    if (noted.size > MOST_MODELS) noted.delete(noted.keys().next().value!);
  }

  return {
    note: (endpointId, model, why, now) =>
      put({ endpointId, model: model.slice(0, MOST_CHARACTERS), why, since: now }),
    // Mostly there are none, and then no key need be made.
    has: (endpointId, model, now) => noted.size > 0 && holds(noted.get(keyOf(endpointId, model)), now),
    of: (endpointId, now) =>
      [...noted.values()]
        .filter((one) => one.endpointId === endpointId && holds(one, now))
        .map(({ model, why, since }) => ({ model, why, since })),
    forget(endpointId) {
      const before = noted.size;
      for (const [key, one] of noted) if (one.endpointId === endpointId) noted.delete(key);
      return noted.size < before;
    },
    snapshot: () => JSON.stringify([...noted.values()]),
    restore(json) {
      noted.clear();
      for (const one of readFrom(json)) put(one);
    },
  };
}

function readFrom(json: string): readonly Noted[] {
  try {
    const read: unknown = JSON.parse(json);
    return Array.isArray(read) && read.every(isNoted) ? read : [];
  } catch {
    return [];
  }
}

function isNoted(value: unknown): value is Noted {
  const { endpointId, model, why, since } = (value ?? {}) as Partial<Record<keyof Noted, unknown>>;
  const words = typeof endpointId === 'string' && typeof model === 'string';
  return words && (why === 'plain' || why === 'refused') && Number.isFinite(since);
}

/**
 * What the end of a call shows that was streamed upstream for a client that wants no stream; undefined: nothing.
 * `answeredPlain`: it was answered whole, and is an answer of the protocol; a page of HTML under 200 shows nothing.
 */
export function streamlessBy(outcome: Outcome, answeredPlain: boolean): StreamlessModel['why'] | undefined {
  if (outcome.kind === 'answered') return answeredPlain ? 'plain' : undefined;
  if (outcome.kind !== 'rejected' || !REFUSING.has(outcome.status)) return undefined;
  return /stream/i.test(outcome.said ?? '') ? 'refused' : undefined;
}

/** Statuses under which relays say that they don't stream. */
const REFUSING: ReadonlySet<number> = new Set([400, 404, 405, 406, 415, 422, 501]);
