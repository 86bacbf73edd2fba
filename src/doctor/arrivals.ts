import { median } from './figures.ts';

/** How a stream's events came. */
export interface Arrivals {
  /** Ms since the question, of each event, in order. */
  readonly at: readonly number[];
  /** Time of one small question and its answer; absent = not measured. */
  readonly roundTripMs?: number;
}

export type Manner =
  /** One by one, or nearly. */
  | { readonly kind: 'flowing'; readonly events: number; readonly spanMs: number }
  /** Kept back on the way and let go in lumps, the last one at the end. */
  | { readonly kind: 'lumps'; readonly events: number; readonly lumps: number; readonly waitMs: number }
  /** Too few events, or all of them too soon, to tell. */
  | { readonly kind: 'unclear'; readonly events: number };

/** Events this close belong to one lump, and a lump that lasts no longer came at once. */
const GAP_MS = 20;
const LUMP_MS = 40;
/** So many events a lump, all through a stream, is not how a model writes, nor how packets are lost. */
const EVENTS_A_LUMP = 8;
/** Some vendors send what they have ten times a second: that is many lumps, and no buffer that fills. */
const LUMPS_MAX = 8;
const EVENTS_MIN = 12;
/** A model that writes quicker than this is none: what comes at once after such a wait was held back. */
const HELD_BACK_MS = 300;
const PAUSE_MS = 60;

interface Lump {
  readonly startMs: number;
  readonly endMs: number;
}

function lumpsOf(at: readonly number[]): Lump[] {
  const lumps: { startMs: number; endMs: number }[] = [];
  for (const ms of at) {
    const last = lumps.at(-1);
    if (last !== undefined && ms - last.endMs <= GAP_MS) last.endMs = ms;
    else lumps.push({ startMs: ms, endMs: ms });
  }
  return lumps;
}

/**
 * How events came, from their instants alone. Held back means: all of them in a few instantaneous lumps, with waits in
 * front of each. A fast model's events chain into one lump that lasts, and count as flowing.
 */
export function mannerOf({ at, roundTripMs = 0 }: Arrivals): Manner {
  const events = at.length;
  const [first = 0, last = 0] = [at[0], at.at(-1)];
  if (events < EVENTS_MIN) return { kind: 'unclear', events };
  const lumps = lumpsOf(at);
  const instant = lumps.every(({ startMs, endMs }) => endMs - startMs <= LUMP_MS);
  if (!instant || lumps.length > LUMPS_MAX || events / lumps.length < EVENTS_A_LUMP)
    return { kind: 'flowing', events, spanMs: last - first };
  const pauses = lumps.slice(1).map(({ startMs }, i) => startMs - (lumps[i]?.endMs ?? startMs));
  const held = lumps.length === 1 ? first - roundTripMs >= HELD_BACK_MS : (median(pauses) ?? 0) >= PAUSE_MS;
  return held ? { kind: 'lumps', events, lumps: lumps.length, waitMs: first } : { kind: 'unclear', events };
}
