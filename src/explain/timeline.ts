import type { TimelineItem } from '../domain/explanation.ts';
import { type AttemptRecord, isOwnCall } from '../domain/ledger.ts';
import {
  type Context,
  endpointName,
  exchangeFailed,
  hasAnswer,
  isRunning,
  sinceBegin,
  totalMs,
} from './context.ts';
import { connectMs } from './judge-connect.ts';
import { timerOf } from './judge-timeout.ts';
import { STORY } from './messages-story.ts';
import { silenceAtEnd } from './neighbours.ts';
import { connectWord, detailWord, phaseWord, reasonWord, setterWord } from './terms.ts';
import { type Message, oneLine, say, type Words } from './wording.ts';

type Who = TimelineItem['who'];

/** Attempts told of one by one. */
const MOST_ATTEMPTS = 40;

/** What happened, in the order in which it did. */
export function timelineOf(context: Context): readonly TimelineItem[] {
  const { attempts } = context.evidence;
  const items = [
    ...beginning(context),
    ...attempts.slice(0, MOST_ATTEMPTS).flatMap((attempt) => attemptItems(attempt, context)),
    ...leaving(context),
    ...ending(context),
  ];
  // A stable sort keeps what happened in one ms in its order.
  return items.sort((a, b) => a.atMs - b.atMs);
}

function item(
  context: Context,
  atMs: number,
  who: Who,
  message: Message,
  words: Words,
  attempt?: number,
): TimelineItem {
  const text = say(message, words, context.language);
  return { atMs, who, text, ...(attempt === undefined ? {} : { attempt }) };
}

function beginning(context: Context): readonly TimelineItem[] {
  const { exchange } = context.evidence;
  const { cluster, scenario, route } = exchange;
  const form = say(exchange.stream ? STORY.formStream : STORY.formWhole, {}, context.language);
  const asked = {
    client: oneLine(exchange.client, 60),
    path: oneLine(exchange.path, 120),
    model: oneLine(exchange.model ?? '-', 100),
    size: exchange.requestBytes,
    form,
  };
  if (isOwnCall(exchange)) return [item(context, 0, 'gateway', STORY.asked, asked)];
  return [
    item(context, 0, 'client', STORY.asked, asked),
    route === undefined
      ? item(context, 0, 'gateway', STORY.planned, { cluster, scenario })
      : item(context, 0, 'gateway', STORY.plannedRoute, { cluster, scenario, route: oneLine(route, 60) }),
  ];
}

function attemptItems(attempt: AttemptRecord, context: Context): readonly TimelineItem[] {
  const { n, queuedMs = 0, backoffMs = 0, sentMs, firstByteMs, firstEventMs } = attempt;
  const began = sinceBegin(context, attempt.startedAt);
  const endpoint = endpointName(context.evidence, attempt.endpointId);
  const at = (ms: number, who: Who, message: Message, words: Words = {}) =>
    item(context, began + ms, who, message, { n, endpoint, ...words }, n);
  const opening = connectMs(attempt);
  const answer = hasAnswer(attempt);
  const begun = attempt.phase === undefined || !['dns', 'connect', 'tls'].includes(attempt.phase);
  return [
    ...(queuedMs > 0 ? [at(0, 'gateway', STORY.queued, { waited: { ms: queuedMs } })] : []),
    ...(backoffMs > 0 ? [at(0, 'gateway', STORY.backedOff, { waited: { ms: backoffMs } })] : []),
    at(0, 'gateway', STORY.attempt, { why: reasonWord(attempt.why) }),
    ...(opening !== undefined && begun
      ? [at(opening, 'network', STORY.connected, { parts: connectWord(attempt) })]
      : []),
    ...(sentMs === undefined ? [] : [at(sentMs, 'gateway', STORY.sent)]),
    ...(firstByteMs === undefined || !answer ? [] : [at(firstByteMs, 'upstream', STORY.firstByte)]),
    ...(firstEventMs === undefined || !answer ? [] : [at(firstEventMs, 'upstream', STORY.firstEvent)]),
    ...(attempt.result === 'answered' && attempt.longestSilenceMs >= context.rules.slowMs
      ? [at(attempt.totalMs, 'upstream', STORY.silent, { silence: { ms: attempt.longestSilenceMs } })]
      : []),
    attemptEnd(attempt, began, endpoint, context),
  ];
}

function attemptEnd(attempt: AttemptRecord, began: number, endpoint: string, context: Context): TimelineItem {
  const { n, result, phase, status } = attempt;
  const at = (who: Who, message: Message, words: Words) =>
    item(context, began + attempt.totalMs, who, message, { n, endpoint, ...words }, n);
  const silence = { ms: silenceAtEnd(attempt) };
  switch (result) {
    case 'answered':
      return at('upstream', STORY.answered, { tokens: tokensText(attempt, context) });
    case 'rejected':
      return at('upstream', STORY.rejected, { status: status ?? '-' });
    case 'cancelled':
      return at(attempt.endedBy === 'client' ? 'client' : 'gateway', STORY.cancelled, {});
    case 'edge-timeout':
      return at('edge', STORY.failedPage, { status: status ?? '-', silence });
    case 'timeout': {
      const { name, ms, setBy } = timerOf(attempt);
      return at('gateway', STORY.failedTimer, {
        timer: name,
        limit: { ms },
        setBy: setterWord(setBy),
        silence,
      });
    }
    default: {
      const who = attempt.endedBy === 'gateway-timer' ? 'gateway' : (attempt.endedBy ?? 'upstream');
      if (status !== undefined && status >= 400)
        return at(who, STORY.failedStatus, { status, cause: oneLine(attempt.said || result, 160) });
      return at(who, STORY.failed, { phase: phaseWord(phase), detail: detailWord(attempt) });
    }
  }
}

function tokensText({ usage }: AttemptRecord, { language }: Context): string {
  return say(STORY.tokens, { input: usage.inputTokens ?? '?', output: usage.outputTokens ?? '?' }, language);
}

function leaving(context: Context): readonly TimelineItem[] {
  const { leftMs, leftSilentMs = 0 } = context.evidence.exchange;
  return leftMs === undefined
    ? []
    : [item(context, leftMs, 'client', STORY.left, { silence: { ms: leftSilentMs } })];
}

function ending(context: Context): readonly TimelineItem[] {
  const { exchange, attempts } = context.evidence;
  if (isRunning(exchange) || (isOwnCall(exchange) && exchange.delivery !== 'unknown')) return [];
  const error = oneLine(exchange.error ?? exchange.cause ?? '-', 60);
  const message = {
    running: STORY.endUnknown,
    delivered: exchangeFailed(exchange, attempts) ? STORY.endRejected : STORY.endDelivered,
    refused: STORY.endRefused,
    broken: STORY.endBroken,
    left: STORY.endLeft,
    undelivered: STORY.endUndelivered,
    unknown: STORY.endUnknown,
  }[exchange.delivery];
  return [item(context, totalMs(context), 'gateway', message, { error })];
}
