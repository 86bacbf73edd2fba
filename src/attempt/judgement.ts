import type { AnswerHead, AnswerSink, Verdict } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { chargeRisk } from '../domain/failure.ts';
import type {
  Answered,
  AttemptTimes,
  ConnectionTimes,
  EndedBy,
  Failed,
  FailureCause,
  FiredTimer,
  Phase,
  Rejected,
  VendorWords,
} from '../domain/outcome.ts';
import type { Limit, TimerName } from '../domain/timeouts.ts';
import type { Usage } from '../domain/usage.ts';
import { parseRetryAfter } from '../resilience/resilience.ts';
import { headersOf, saidOf, vendorWordsOf, wordsOf } from './answer-evidence.ts';
import type { ErrorBody } from './error-body.ts';
import { networkFailure } from './network-error.ts';
import { causeOfStatus, causeOfStreamError } from './status.ts';

/** What was seen of an attempt by its end. Instants are of the clock that goes on evenly, but for `startedWallAt`. */
export interface Seen {
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
  readonly startedAt: number;
  /** For the record. */
  readonly startedWallAt: number;
  readonly sentAt: number | undefined;
  readonly firstByteAt: number | undefined;
  readonly firstEventAt: number | undefined;
  readonly lastByteAt: number;
  readonly longestSilenceMs: number;
  readonly answerBytes: number;
  readonly connection: ConnectionTimes | undefined;
  readonly head: AnswerHead | undefined;
  readonly errorBody: ErrorBody | undefined;
}

/** What a sink knows of the answer. A sink that threw knows nothing that can be relied on. */
export type Known = Pick<AnswerSink, 'usage' | 'sawTokens' | 'committed' | 'model' | 'outputBytes'>;

/** How an attempt that brought no whole answer ended. */
export interface Ending {
  readonly cause: FailureCause;
  readonly phase: Phase;
  readonly endedBy: EndedBy;
  readonly detail: string;
  readonly status?: number | undefined;
  readonly timer?: FiredTimer | undefined;
  /** Absent: the silence since the last byte. */
  readonly silenceMs?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly said?: string | undefined;
  readonly words?: VendorWords | undefined;
}

/** Ended by whoever asked for it. */
export const cancelled = (phase: Phase, by: EndedBy): Ending => ({
  cause: 'cancelled',
  phase,
  endedBy: by,
  detail: 'cancelled',
});

export const brokenOff = (error: Error, phase: Phase): Ending => networkFailure(error, phase);

export function timedOut(name: TimerName, { ms, setBy }: Limit, phase: Phase): Ending {
  const timer = { name, ms: Math.round(ms), setBy };
  const detail = `timer ${name}: ${timer.ms} ms, set by ${setBy}`;
  return { cause: 'timeout', phase, endedBy: 'gateway-timer', detail, timer };
}

/** It went out again: a connection that broke as a stale one does carried nothing, most likely. */
export const sentAnew = (phase: Phase): Ending => ({
  cause: 'reset',
  phase,
  endedBy: 'network',
  detail: 'the connection broke as a stale one does; sent anew',
});

/** Something of ours threw while the call was under way: what, and where in our sources. */
export function defect(thrown: unknown, phase: Phase): Ending {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const [, place] = /\/((?:src|dist)\/[^\s)]{1,100})/.exec(error.stack ?? '') ?? [];
  const what = `${error.name}: ${error.message}`.slice(0, 200);
  const detail = place === undefined ? what : `${what} at ${place}`;
  return { cause: 'internal', phase, endedBy: 'gateway', detail };
}

/**
 * A status that fails the attempt.
 *
 * @param wallNow headers may name a date
 * @param silenceMs before its head: the page itself broke the silence that it tells of
 */
export function failedByStatus(seen: Seen, head: AnswerHead, silenceMs: number, wallNow: number): Ending {
  const { endpoint, model, errorBody } = seen;
  const { status } = head;
  const text = textOf(seen) ?? '';
  const { cause, endedBy } = causeOfStatus({ status, headers: head.headers, text, model });
  return {
    cause,
    phase: 'wait',
    endedBy,
    detail: `HTTP ${status}`,
    status,
    silenceMs,
    retryAfterMs: parseRetryAfter(head.headers, wallNow),
    said: saidOf(text, endpoint),
    words: cause === 'not-served' ? vendorWordsOf(head, errorBody, endpoint) : undefined,
  };
}

/** What the sink made of an answer, where that is no whole one. */
export function judged(verdict: Exclude<Verdict, { kind: 'whole' }>, phase: Phase, seen: Seen): Ending {
  const endedBy = 'upstream';
  const { endpoint, head } = seen;
  switch (verdict.kind) {
    case 'empty':
      return { cause: 'empty', phase, endedBy, detail: `HTTP ${head?.status} without content` };
    case 'not-api': {
      const said = saidOf(verdict.start?.toString('utf8'), endpoint);
      return { cause: 'not-api', phase, endedBy, detail: verdict.detail, said };
    }
    case 'stream-error': {
      const detail = wordsOf(`${verdict.type}: ${verdict.detail}`, endpoint);
      return { cause: causeOfStreamError(verdict.type), phase, endedBy, detail, said: detail };
    }
    case 'truncated':
      return { cause: 'truncated', phase, endedBy, detail: verdict.detail };
  }
}

const textOf = ({ errorBody, head }: Seen): string | undefined =>
  errorBody?.text(head?.header('content-encoding'));

/** A whole answer, or a whole refusal that is the client's business. */
export function wholeOutcome(seen: Seen, known: Known, rejected: boolean, now: number): Answered | Rejected {
  const { endpoint, head } = seen;
  return {
    // One literal, so that both are of one shape.
    kind: (rejected ? 'rejected' : 'answered') as 'answered',
    endpointId: endpoint.id,
    startedAt: seen.startedWallAt,
    times: timesOf(seen, seen.longestSilenceMs, now),
    usage: known.usage,
    model: known.model,
    answerBytes: seen.answerBytes,
    outputBytes: known.outputBytes,
    upstreamRequestId: requestIdOf(head),
    headers: rejected ? headersOf(head, endpoint) : undefined,
    said: rejected ? saidOf(textOf(seen), endpoint) : undefined,
    status: head?.status ?? 200,
  };
}

/** No answer, or not all of it. `risk`: where it is known better than from the cause. */
export function failedOutcome(
  seen: Seen,
  known: Known,
  ending: Ending,
  now: number,
  risk?: Failed['chargeRisk'],
): Failed {
  const { endpoint, head } = seen;
  const { cause, phase, status } = ending;
  const silenceMs = now - seen.lastByteAt;
  return {
    kind: 'failed',
    endpointId: endpoint.id,
    startedAt: seen.startedWallAt,
    times: timesOf(seen, Math.max(seen.longestSilenceMs, silenceMs), now),
    usage: known.usage,
    model: known.model,
    answerBytes: seen.answerBytes,
    outputBytes: known.outputBytes,
    upstreamRequestId: requestIdOf(head),
    headers: cause === 'cancelled' ? undefined : headersOf(head, endpoint),
    said: ending.said,
    cause,
    phase,
    endedBy: ending.endedBy,
    chargeRisk: risk ?? chargeRisk(cause, phase, status, known.sawTokens),
    committed: known.committed,
    status,
    timer: ending.timer,
    silenceMs: ending.silenceMs ?? silenceMs,
    retryAfterMs: ending.retryAfterMs,
    detail: ending.detail,
    words: ending.words,
  };
}

const REQUEST_ID_CHARS = 100;

const requestIdOf = (head: AnswerHead | undefined): string | undefined =>
  (head?.header('request-id') ?? head?.header('x-request-id'))?.slice(0, REQUEST_ID_CHARS);

function timesOf(seen: Seen, longestSilenceMs: number, now: number): AttemptTimes {
  const { startedAt, sentAt, firstByteAt, firstEventAt, connection } = seen;
  return {
    dnsMs: connection?.dnsMs,
    tcpMs: connection?.tcpMs,
    tlsMs: connection?.tlsMs,
    sentMs: sentAt === undefined ? undefined : sentAt - startedAt,
    firstByteMs: firstByteAt === undefined ? undefined : firstByteAt - startedAt,
    firstEventMs: firstEventAt === undefined ? undefined : firstEventAt - startedAt,
    longestSilenceMs,
    totalMs: now - startedAt,
  };
}

const NO_USAGE: Usage = {};

/**
 * For a sink that threw as it was asked: it may have given something out, so that nothing may follow, and what
 * was seen of tokens is not known.
 */
export const NOTHING_KNOWN: Known = {
  usage: NO_USAGE,
  sawTokens: false,
  committed: true,
  model: undefined,
  outputBytes: undefined,
};
