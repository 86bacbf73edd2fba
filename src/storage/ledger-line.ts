import type { AttemptRecord, ExchangeOpening, ExchangeRecord } from '../domain/ledger.ts';
import {
  ATTEMPT,
  areOf,
  CLOSING,
  EXCHANGE,
  type Field,
  OPENING,
  putValues,
  type Value,
} from './ledger-columns.ts';

/** The first attempt of an exchange. */
export interface FirstAttempt {
  readonly endpointId: string;
  readonly startedAt: number;
  readonly why: string;
}

/** An attempt that has begun and is not closed. */
export interface BegunAttempt extends FirstAttempt {
  readonly exchangeId: string;
  readonly n: number;
}

/**
 * One line of the intents file, read back. `opened` says what is known as an exchange begins, `closed` the rest,
 * `whole` both; values are in the order of their fields.
 */
export type LedgerLine =
  | {
      readonly kind: 'opened';
      readonly id: string;
      readonly opening: Value[];
      readonly throughEdge: Value;
      readonly first: FirstAttempt | undefined;
    }
  | { readonly kind: 'begun'; readonly id: string; readonly begun: BegunAttempt }
  | { readonly kind: 'attempt'; readonly id: string; readonly attempt: Value[] }
  | { readonly kind: 'closed'; readonly id: string; readonly closing: Value[] }
  | { readonly kind: 'whole'; readonly id: string; readonly exchange: Value[] }
  /** Its gateway died: it is unknown, possibly charged. In no file: it follows from a start mark. */
  | { readonly kind: 'crashed'; readonly id: string };

/** Lines that say something of the file they stand in. */
export type Mark =
  /** The first line of a segment. `begins`: a store was opened, and what ran before it has ended. */
  | { readonly kind: 'head'; readonly run: string; readonly pid: number; readonly begins: boolean }
  /** The last one: nothing follows here. `next` is the segment in which the same run goes on. */
  | { readonly kind: 'end'; readonly next: number | undefined };

/** A line begins with its tag: what it is, and the version of its order of fields. */
const TAGS = {
  opened: 'o1',
  begun: 'b1',
  attempt: 'a1',
  closed: 'c1',
  whole: 'w1',
  starts: 's1',
  continues: 'n1',
  ends: 'e1',
} as const;

/** Used for each line again: what is left of a line is its text alone. */
const scratch: Value[] = [];

/** The first `length` values of `scratch` as a line, without what is absent at its end. */
function textOf(length: number): string {
  let end = length;
  while (end > 1 && scratch[end - 1] === null) end -= 1;
  scratch.length = end;
  return JSON.stringify(scratch);
}

/** What opens an exchange; with its first attempt, where that begins with it. */
export function openingText(record: ExchangeOpening, first: FirstAttempt | undefined): string {
  scratch[0] = TAGS.opened;
  putValues(scratch, 1, record, OPENING);
  const rest = 1 + OPENING.length;
  const { throughEdge } = record;
  scratch[rest] = throughEdge === undefined ? null : throughEdge ? 1 : 0;
  scratch[rest + 1] = first?.endpointId ?? null;
  scratch[rest + 2] = first?.startedAt ?? null;
  scratch[rest + 3] = first?.why ?? null;
  return textOf(rest + 4);
}

export function begunText(
  exchangeId: string,
  n: number,
  { endpointId, startedAt, why }: FirstAttempt,
): string {
  return JSON.stringify([TAGS.begun, exchangeId, n, endpointId, startedAt, why]);
}

export function attemptText(record: AttemptRecord): string {
  scratch[0] = TAGS.attempt;
  putValues(scratch, 1, record, ATTEMPT);
  return textOf(1 + ATTEMPT.length);
}

/** The rest, for an exchange whose opening line is in the file. */
export function closingText(record: ExchangeRecord): string {
  scratch[0] = TAGS.closed;
  scratch[1] = record.id;
  putValues(scratch, 2, record, CLOSING);
  return textOf(2 + CLOSING.length);
}

export function wholeText(record: ExchangeRecord): string {
  scratch[0] = TAGS.whole;
  putValues(scratch, 1, record, EXCHANGE);
  return textOf(1 + EXCHANGE.length);
}

export const headText = (run: string, pid: number, begins: boolean): string =>
  JSON.stringify([begins ? TAGS.starts : TAGS.continues, run, pid]);

export const endText = (next: number | undefined): string => JSON.stringify([TAGS.ends, next ?? null]);

/** A line read back. Undefined: torn by a crash, or none of ours. */
export function parseLine(text: string): LedgerLine | Mark | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  switch (parts[0]) {
    case TAGS.opened:
      return opened(parts);
    case TAGS.begun:
      return begun(parts);
    case TAGS.attempt:
      return attempt(parts);
    case TAGS.closed:
      return closed(parts);
    case TAGS.whole:
      return whole(parts);
    case TAGS.starts:
    case TAGS.continues:
      return head(parts);
    case TAGS.ends:
      return { kind: 'end', next: Number.isInteger(parts[1]) ? (parts[1] as number) : undefined };
    default:
      return undefined;
  }
}

/** The values from `from` on, filled up with `null`. Undefined: they are none of these fields. */
function valuesFrom(parts: readonly unknown[], from: number, fields: readonly Field[]): Value[] | undefined {
  if (!areOf(parts, from, fields)) return undefined;
  const values: Value[] = new Array(fields.length).fill(null);
  for (let index = Math.min(parts.length - from, fields.length) - 1; index >= 0; index -= 1)
    values[index] = (parts[from + index] as Value | undefined) ?? null;
  return values;
}

function opened(parts: readonly unknown[]): LedgerLine | undefined {
  const opening = valuesFrom(parts, 1, OPENING);
  const [id, startedAt] = opening ?? [];
  if (opening === undefined || typeof id !== 'string' || typeof startedAt !== 'number') return undefined;
  const rest = 1 + OPENING.length;
  const throughEdge = parts[rest] === 1 || parts[rest] === 0 ? (parts[rest] as number) : null;
  return { kind: 'opened', id, opening, throughEdge, first: firstFrom(parts, rest + 1) };
}

function firstFrom(parts: readonly unknown[], from: number): FirstAttempt | undefined {
  const [endpointId, startedAt, why] = parts.slice(from, from + 3);
  if (typeof endpointId !== 'string' || typeof startedAt !== 'number') return undefined;
  return { endpointId, startedAt, why: typeof why === 'string' ? why : '' };
}

function begun(parts: readonly unknown[]): LedgerLine | undefined {
  const [, id, n] = parts;
  const first = firstFrom(parts, 3);
  if (typeof id !== 'string' || !Number.isInteger(n) || first === undefined) return undefined;
  return { kind: 'begun', id, begun: { exchangeId: id, n: n as number, ...first } };
}

function attempt(parts: readonly unknown[]): LedgerLine | undefined {
  const values = valuesFrom(parts, 1, ATTEMPT);
  const [id, n] = values ?? [];
  if (values === undefined || typeof id !== 'string' || !Number.isInteger(n)) return undefined;
  return { kind: 'attempt', id, attempt: values };
}

function closed(parts: readonly unknown[]): LedgerLine | undefined {
  const [, id] = parts;
  const closing = valuesFrom(parts, 2, CLOSING);
  return typeof id === 'string' && closing !== undefined ? { kind: 'closed', id, closing } : undefined;
}

function whole(parts: readonly unknown[]): LedgerLine | undefined {
  const exchange = valuesFrom(parts, 1, EXCHANGE);
  const [id, startedAt] = exchange ?? [];
  if (exchange === undefined || typeof id !== 'string' || typeof startedAt !== 'number') return undefined;
  return { kind: 'whole', id, exchange };
}

function head([tag, run, pid]: readonly unknown[]): Mark | undefined {
  if (typeof run !== 'string' || typeof pid !== 'number') return undefined;
  return { kind: 'head', run, pid, begins: tag === TAGS.starts };
}
