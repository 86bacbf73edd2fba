import { createHash } from 'node:crypto';

/** The client's place in a trace, from its `traceparent`. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;

/** W3C trace context (https://www.w3.org/TR/trace-context/#traceparent-header); undefined = not valid. */
export function readTraceparent(text: string | undefined): TraceParent | undefined {
  const [, version, traceId, spanId, flags, more] = SHAPE.exec(text?.trim() ?? '') ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Ids of an exchange's trace and spans: derived, so that no state has to travel with the exchange. */
export interface TraceIds {
  traceIdOf(exchangeId: string): string;
  /** `n` = 0: the exchange's own span; from 1: its attempts'. */
  spanIdOf(exchangeId: string, n: number): string;
}

/** `salt` tells this process's exchanges from those of others: their ids are unique in one process only. */
export function createTraceIds(salt: string): TraceIds {
  const digest = (text: string) => createHash('sha256').update(salt).update(text).digest('hex');
  return {
    traceIdOf: (exchangeId) => digest(`trace ${exchangeId}`).slice(0, 32),
    spanIdOf: (exchangeId, n) => digest(`span ${exchangeId} ${n}`).slice(0, 16),
  };
}
