import type { AttemptContext, AttemptRecord, ExchangeRecord } from '../../domain/ledger.ts';
import { operationOf, providerOf } from '../gen-ai.ts';
import { errorTypeOf, inputTokensOf } from '../metrics.ts';
import { type Attributes, attributes, type KeyValue, nanos, type Sender } from './encode.ts';
import { readTraceparent, type TraceIds } from './trace-ids.ts';

/** A span as OTLP's JSON has it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly timeUnixNano: string; readonly name: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
const SAMPLED = 1;

/** Where an endpoint is. */
export type WhereIs = (endpointId: string) => { readonly name: string; readonly baseUrl: string } | undefined;

/** An exchange and its attempts as spans: the first under the client's, if it named one, the others under the first. */
export function spansOf(
  record: ExchangeRecord,
  attempts: readonly AttemptRecord[],
  about: AttemptContext,
  ids: TraceIds,
  whereIs: WhereIs,
): Span[] {
  const parent = readTraceparent(about.traceparent);
  const traceId = parent?.traceId ?? ids.traceIdOf(record.id);
  const spanId = ids.spanIdOf(record.id, 0);
  const own: Span = {
    traceId,
    spanId,
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    flags: SAMPLED,
    name: nameOf(about),
    kind: SERVER,
    startTimeUnixNano: nanos(record.startedAt),
    endTimeUnixNano: nanos(Math.max(record.startedAt, record.endedAt ?? record.startedAt)),
    attributes: attributes(exchangeAttributes(record, about)),
    events: [],
    status: statusOf(errorTypeOf(record), undefined),
  };
  const calls = attempts.map((attempt) => attemptSpan(attempt, about, traceId, spanId, ids, whereIs));
  return [own, ...calls];
}

function attemptSpan(
  attempt: AttemptRecord,
  about: AttemptContext,
  traceId: string,
  parentSpanId: string,
  ids: TraceIds,
  whereIs: WhereIs,
): Span {
  const { startedAt, firstByteMs, firstEventMs, totalMs, result, detail } = attempt;
  const failure = result === 'answered' || result === 'rejected' ? '' : result;
  const event = (name: string, ms: number | undefined) =>
    ms === undefined ? [] : [{ timeUnixNano: nanos(startedAt + ms), name }];
  return {
    traceId,
    spanId: ids.spanIdOf(attempt.exchangeId, attempt.n),
    parentSpanId,
    flags: SAMPLED,
    name: nameOf(about),
    kind: CLIENT,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(startedAt + Math.max(0, totalMs)),
    attributes: attributes(attemptAttributes(attempt, about, failure, whereIs(attempt.endpointId))),
    events: [...event('first_byte', firstByteMs), ...event('first_event', firstEventMs)],
    status: statusOf(failure, detail),
  };
}

/** `{operation} {model}`, as the conventions have it. */
function nameOf({ operation, model }: AttemptContext): string {
  return `${operationOf(operation)}${model === undefined ? '' : ` ${model.slice(0, 100)}`}`;
}

const statusOf = (errorType: string, message: string | undefined): Span['status'] =>
  errorType === '' ? {} : { code: ERROR, message: (message ?? errorType).slice(0, 300) };

function exchangeAttributes(record: ExchangeRecord, about: AttemptContext): Attributes {
  const { usage, protocol } = record;
  return [
    ...genAi(about),
    ['gen_ai.usage.input_tokens', inputTokensOf(usage, protocol)],
    ['gen_ai.usage.output_tokens', usage.outputTokens],
    ['error.type', errorTypeOf(record) || undefined],
    ['url.path', record.path],
    ['http.response.status_code', record.status],
    ['qcc.exchange.id', record.id],
    ['qcc.protocol', protocol],
    ['qcc.stream', record.stream],
    ['qcc.client', record.client],
    ['qcc.cluster', record.cluster],
    ['qcc.scenario', record.scenario],
    ['qcc.route', record.route],
    ['qcc.delivery', record.delivery],
    ['qcc.attempts', record.attemptCount],
    ['qcc.queued_ms', wholeMs(record.queuedMs)],
    ['qcc.longest_silence_ms', wholeMs(record.longestSilenceMs)],
    ['qcc.charge', record.charge],
    ['qcc.cost_micro_usd', record.costMicroUsd],
    ['qcc.lost_micro_usd', record.lostMicroUsd],
    ['qcc.lost_calls', record.lostCalls],
  ];
}

function attemptAttributes(
  attempt: AttemptRecord,
  about: AttemptContext,
  failure: string,
  where: ReturnType<WhereIs>,
): Attributes {
  const address = where && URL.canParse(where.baseUrl) ? new URL(where.baseUrl) : undefined;
  return [
    ...genAi(about),
    ['gen_ai.usage.input_tokens', inputTokensOf(attempt.usage, about.protocol)],
    ['gen_ai.usage.output_tokens', attempt.usage.outputTokens],
    ['error.type', failure || undefined],
    ['server.address', address?.hostname],
    ['server.port', address && Number(address.port || (address.protocol === 'https:' ? 443 : 80))],
    ['http.response.status_code', attempt.status],
    ['qcc.attempt', attempt.n],
    ['qcc.endpoint.id', attempt.endpointId],
    ['qcc.endpoint', where?.name],
    ['qcc.why', attempt.why],
    ['qcc.result', attempt.result],
    ['qcc.phase', attempt.phase],
    ['qcc.ended_by', attempt.endedBy],
    ['qcc.silence_ms', wholeMs(attempt.silenceMs)],
    ['qcc.charge_risk', attempt.chargeRisk],
    ['qcc.charge', attempt.charge],
    ['qcc.cost_micro_usd', attempt.costMicroUsd],
    ['qcc.upstream_request_id', attempt.upstreamRequestId],
  ];
}

/** An attribute should have one type, and these would be whole numbers now and then. */
const wholeMs = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms);

const genAi = ({ operation, protocol, model }: AttemptContext): Attributes => [
  ['gen_ai.operation.name', operationOf(operation)],
  ['gen_ai.provider.name', providerOf(protocol)],
  ['gen_ai.request.model', model],
];

/** The message for `v1/traces`. */
export const traceMessage = ({ resource, scope }: Sender, spans: readonly Span[]): object => ({
  resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }],
});
