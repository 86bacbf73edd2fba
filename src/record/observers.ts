import type { AttemptContext, RecordObserver } from '../domain/ledger.ts';
import type { Note } from './note.ts';

/** Those who watch what goes on record. */
export interface Watchers {
  /** Somebody watches: only then is it worth making what they are told. */
  readonly any: boolean;
  /** One that throws is passed over, and told of once. */
  tell(call: (observer: RecordObserver) => unknown): void;
  /** As `tell`, of what each request has: no closure is made for it. */
  attemptEnded(...told: Parameters<NonNullable<RecordObserver['attemptEnded']>>): void;
  exchangeEnded(...told: Parameters<NonNullable<RecordObserver['exchangeEnded']>>): void;
}

/** `onThrow` hears of each observer's first mistake. */
export function createWatchers(
  observers: readonly RecordObserver[],
  onThrow: (detail: string) => void,
): Watchers {
  const blamed = new Set<RecordObserver>();
  const blame = (observer: RecordObserver, thrown: unknown) => {
    if (blamed.has(observer)) return;
    blamed.add(observer);
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    onThrow(`an observer of the record failed: ${detail}`);
  };
  // An async one would otherwise end the process.
  const took = (observer: RecordObserver, given: unknown) => {
    if (given instanceof Promise) given.catch((thrown: unknown) => blame(observer, thrown));
  };
  return {
    any: observers.length > 0,
    tell(call) {
      for (const observer of observers) {
        try {
          took(observer, call(observer));
        } catch (thrown) {
          blame(observer, thrown);
        }
      }
    },
    attemptEnded(record, about) {
      for (const observer of observers) {
        try {
          took(observer, observer.attemptEnded?.(record, about));
        } catch (thrown) {
          blame(observer, thrown);
        }
      }
    },
    exchangeEnded(record, attempts, about, earlier) {
      for (const observer of observers) {
        try {
          took(observer, observer.exchangeEnded?.(record, attempts, about, earlier));
        } catch (thrown) {
          blame(observer, thrown);
        }
      }
    },
  };
}

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

export function contextOf(note: Note): AttemptContext {
  const { id, protocol, operation, stream, client, cluster, scenario, model } = note;
  const about: Changeable<AttemptContext> = {
    id,
    protocol,
    operation,
    stream,
    client,
    cluster,
    scenario,
  };
  if (model !== undefined) about.model = model;
  if (note.origin === 'own') about.own = true;
  const traceparent = traceparentIn(note.requestHeaders.traceparent);
  if (traceparent !== undefined) about.traceparent = traceparent;
  return about;
}

/** Version, trace id, parent id, flags. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.{0,200})?$/;

/** A `traceparent` of the right shape (https://www.w3.org/TR/trace-context/#traceparent-header); else undefined. */
export function traceparentIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, version, traceId = '', parentId = '', more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === 'ff') return undefined;
  // Later versions may have more fields, the first one has not.
  if (version === '00' && more !== undefined) return undefined;
  return /^0+$/.test(traceId) || /^0+$/.test(parentId) ? undefined : header;
}
