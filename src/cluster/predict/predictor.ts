import type { Expectation, PredictKey, PredictSample } from './expectation.ts';
import {
  areQuick,
  createTimes,
  expectationOf,
  isEnough,
  mergedTimes,
  noteInto,
  raised,
  samplesAt,
  type Times,
} from './expected.ts';
import { priorOf } from './priors.ts';
import { keptFrom, type Noted, writtenOf } from './snapshot.ts';

/** Says what calls will be like from what calls like them were like. */
export interface Predictor {
  /** A call ended. Samples with a time that is no number ≥ 0 are left out. */
  note(key: PredictKey, sample: PredictSample, now: number): void;
  /**
   * The p95 of each time, from the nearest that enough (5) is known of: the same kind of call at this endpoint;
   * at all endpoints together; the same model with at least that effort; rules of thumb. Where the last two
   * speak, what few calls there were of this or a lesser effort can raise them: a first cut is a warning.
   *
   * Changes nothing that can be seen. Costs about half a µs, and some µs after a call was noted.
   */
  expect(key: PredictKey, now: number): Expectation;
  /**
   * Do calls like these at this endpoint, streamed or not, take no longer than `withinMs` at p95? False while fewer
   * than 5 are known. Cheaper than `expect` after each call, since nothing is sorted.
   */
  isQuick(key: Omit<PredictKey, 'stream'>, withinMs: number, now: number): boolean;
  /** Models of which some kind of call is quick at this endpoint. Goes through all keys: for views. */
  quickModels(endpointId: string, withinMs: number, now: number): readonly string[];
  /** Forgets what calls are like at this endpoint; false where nothing was known. */
  forget(endpointId: string): boolean;
  /** What has been noted, as JSON; about 0.5 KB a key, and 30 ms for 2,000: not for the request path. */
  snapshot(): string;
  /** Takes a snapshot's place up; one that can't be read makes an empty predictor. */
  restore(json: string): void;
  /** Keys that something is known of, at most 2,000. */
  readonly size: number;
}

const MOST_KEYS = 2_000;
/** Names come from clients. */
const MOST_CHARACTERS = 128;
/** How old an answer of `expect` may be if nothing was noted meanwhile: only fading could change it. */
const KEEP_MS = 10_000;
const MOST_KEPT = 32;

interface Entry extends Noted {
  readonly family: Family;
  kept: Expectation | undefined;
  keptAt: number;
}

/** Of one model, by size class. */
interface Families {
  readonly streamed: Map<number, Family>;
  readonly whole: Map<number, Family>;
}

/** All that is known of one model, stream kind and size class. */
interface Family {
  /** By endpoint, then by effort: a call is found without a key being made for it. */
  readonly entries: Map<string, Map<string, Entry>>;
  /** Answers for those without enough calls of their own, by effort. */
  readonly kept: Map<string, Expectation>;
  keptAt: number;
}

const clipped = (text: string): string =>
  text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;

/** What is known of calls like these at this endpoint. */
const entryIn = (
  family: Family | undefined,
  { endpointId, effort }: Pick<PredictKey, 'endpointId' | 'effort'>,
): Entry | undefined => family?.entries.get(endpointId)?.get(clipped(effort));

/** A predictor that knows nothing but rules of thumb. Memory: some KB a key. */
export function createPredictor(): Predictor {
  /** By model. */
  const models = new Map<string, Families>();
  /** Least recently noted first. */
  const order = new Set<Entry>();
  /** The last one in `order`. */
  let newest: Entry | undefined;

  function familyOf({ model, stream, sizeClass }: PredictKey): Family | undefined {
    const families = models.get(clipped(model));
    return families === undefined ? undefined : ofKind(families, stream).get(sizeClass);
  }

  function makeEntry(key: PredictKey, at: number): Entry {
    const own = { ...key, model: clipped(key.model), effort: clipped(key.effort) };
    const families = inMap(models, own.model, createFamilies);
    const family = inMap(ofKind(families, own.stream), own.sizeClass, createFamily);
    const entry: Entry = { key: own, times: createTimes(at), family, kept: undefined, keptAt: 0 };
    inMap(family.entries, own.endpointId, createByEffort).set(own.effort, entry);
    return entry;
  }

  function touch(entry: Entry): void {
    entry.kept = undefined;
    if (entry.family.kept.size > 0) entry.family.kept.clear();
    if (entry === newest) return;
    newest = entry;
    order.delete(entry);
    order.add(entry);
    if (order.size > MOST_KEYS) forget(order.values().next().value!);
  }

  function forget(entry: Entry): void {
    const { family, key } = entry;
    if (entry === newest) newest = undefined;
    order.delete(entry);
    family.kept.clear();
    const byEffort = family.entries.get(key.endpointId);
    byEffort?.delete(key.effort);
    if (byEffort?.size === 0) family.entries.delete(key.endpointId);
    if (family.entries.size > 0) return;
    const families = models.get(key.model);
    if (families === undefined) return;
    ofKind(families, key.stream).delete(key.sizeClass);
    if (families.streamed.size + families.whole.size === 0) models.delete(key.model);
  }

  function expect(key: PredictKey, now: number): Expectation {
    const family = familyOf(key);
    if (family === undefined) return priorOf(key);
    const entry = entryIn(family, key);
    if (entry && isEnough(samplesAt(entry.times, now))) return measured(entry, now);
    return elsewhere(family, key, now);
  }

  function isQuick(key: Omit<PredictKey, 'stream'>, withinMs: number, now: number): boolean {
    const families = models.get(clipped(key.model));
    if (families === undefined) return false;
    const streamed = entryIn(families.streamed.get(key.sizeClass), key)?.times;
    const whole = entryIn(families.whole.get(key.sizeClass), key)?.times;
    return areQuick(streamed, whole, withinMs, now);
  }

  return {
    note(key, sample, now) {
      if (!isSound(sample)) return;
      // Only calls that were cut short are measured by what was expected.
      const before = sample.censored === true ? expect(key, now) : undefined;
      const entry = entryIn(familyOf(key), key) ?? makeEntry(key, now);
      noteInto(entry.times, sample, before, now);
      touch(entry);
    },
    expect,
    isQuick,
    quickModels(endpointId, withinMs, now) {
      const quick = new Set<string>();
      for (const { key } of order)
        if (key.endpointId === endpointId && isQuick(key, withinMs, now)) quick.add(key.model);
      return [...quick];
    },
    forget(endpointId) {
      const ones = [...order].filter(({ key }) => key.endpointId === endpointId);
      for (const one of ones) forget(one);
      return ones.length > 0;
    },
    snapshot: () => writtenOf(order),
    restore(json) {
      models.clear();
      order.clear();
      newest = undefined;
      for (const { key, times } of keptFrom(json)) {
        const entry = entryIn(familyOf(key), key) ?? makeEntry(key, times.at);
        Object.assign(entry.times, times);
        touch(entry);
      }
    },
    get size() {
      return order.size;
    },
  };
}

const createFamilies = (): Families => ({ streamed: new Map(), whole: new Map() });
const createFamily = (): Family => ({ entries: new Map(), kept: new Map(), keptAt: 0 });
const createByEffort = (): Map<string, Entry> => new Map();

const ofKind = ({ streamed, whole }: Families, stream: boolean): Map<number, Family> =>
  stream ? streamed : whole;

/** What a map has for a key, made where it has nothing. */
function inMap<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const isTime = (ms: number): boolean => Number.isFinite(ms) && ms >= 0;

function isSound({ firstEventMs = 0, longestSilenceMs, totalMs }: PredictSample): boolean {
  return isTime(firstEventMs) && isTime(longestSilenceMs) && isTime(totalMs);
}

function measured(entry: Entry, now: number): Expectation {
  if (entry.kept === undefined || now - entry.keptAt > KEEP_MS) {
    entry.kept = expectationOf(entry.times, 'measured', priorOf(entry.key), now);
    entry.keptAt = now;
  }
  return entry.kept;
}

function elsewhere(family: Family, key: PredictKey, now: number): Expectation {
  if (now - family.keptAt > KEEP_MS || family.kept.size > MOST_KEPT) {
    family.kept.clear();
    family.keptAt = now;
  }
  const effort = clipped(key.effort);
  const kept = family.kept.get(effort) ?? backedOff(family, key, now);
  family.kept.set(effort, kept);
  return kept;
}

/** See `Predictor.expect`. */
function backedOff(family: Family, key: PredictKey, now: number): Expectation {
  const prior = priorOf(key);
  const all = [...family.entries.values()].flatMap((byEffort) => [...byEffort.values()]);
  const timesOf = (fits: (effort: string) => boolean): Times =>
    mergedTimes(
      all.filter((entry) => fits(entry.key.effort)).map(({ times }) => times),
      now,
    );
  const heaviness = (effort: string): number => priorOf({ ...key, effort }).firstEventMs;
  const heavy = heaviness(key.effort);

  const same = timesOf((effort) => effort === clipped(key.effort));
  if (isEnough(same.samples)) return expectationOf(same, 'other-endpoints', prior, now);
  const heavier = timesOf((effort) => heaviness(effort) >= heavy);
  const known = isEnough(heavier.samples) ? expectationOf(heavier, 'other-endpoints', prior, now) : prior;
  const few = expectationOf(
    timesOf((effort) => heaviness(effort) <= heavy),
    known.basis,
    known,
    now,
  );
  return { ...raised(known, few), samples: known.basis === 'prior' ? few.samples : known.samples };
}
