import { type AttemptRecord, type ExchangeRecord, isOwnCall } from '../domain/ledger.ts';
import { type Context, didFail, endpointName, exchangeFailed, isRunning } from './context.ts';
import { DEEDS } from './messages-story.ts';
import { type Message, oneLine, say, type Words } from './wording.ts';

const MOST_DEEDS = 20;

/** What the gateway did about it, one sentence each. */
export function deedsOf(context: Context): readonly string[] {
  const text = (message: Message, words: Words = {}) => say(message, words, context.language);
  const { exchange, attempts } = context.evidence;
  const { heartbeats = 0, leftFate, leftMs, queuedMs = 0, savedCalls } = exchange;
  const streamed =
    !exchange.stream &&
    exchange.operation === 'generate' &&
    attempts.some((one) => one.streamed && one.sentMs !== undefined);
  return [
    ...(queuedMs >= context.rules.waitedMs ? [text(DEEDS.waited, { waited: { ms: queuedMs } })] : []),
    ...(streamed ? [text(DEEDS.streamed)] : []),
    ...attempts.flatMap((attempt, index) => attemptDeeds(attempt, attempts[index - 1], context)),
    ...endpointDeeds(context),
    ...(heartbeats > 0 ? [text(DEEDS.heartbeats, { beats: heartbeats })] : []),
    ...(leftMs !== undefined && leftFate === 'run-on' ? [text(DEEDS.ranOn)] : []),
    ...(leftMs !== undefined && leftFate === 'grace' ? [text(DEEDS.grace)] : []),
    ...(leftMs !== undefined && leftFate === 'cancel' ? [text(DEEDS.cut)] : []),
    ...(savedCalls > 0 ? [text(DEEDS.savedUnpriced, { calls: savedCalls })] : []),
    ...stopDeeds(context),
  ].slice(0, MOST_DEEDS);
}

function attemptDeeds(
  attempt: AttemptRecord,
  before: AttemptRecord | undefined,
  context: Context,
): readonly string[] {
  const text = (message: Message, words: Words) => say(message, words, context.language);
  const endpoint = endpointName(context.evidence, attempt.endpointId);
  const edges = /edge/.test(attempt.why) ? [text(DEEDS.edgeSkipped, { why: oneLine(attempt.why, 200) })] : [];
  if (!before) return edges;
  const elsewhere = before.endpointId !== attempt.endpointId;
  return [text(elsewhere ? DEEDS.failedOver : DEEDS.retried, { endpoint, n: before.n }), ...edges];
}

/** What the failures of this exchange did to its endpoints. */
function endpointDeeds({ evidence, language }: Context): readonly string[] {
  const messages = {
    opened: DEEDS.tookOut,
    'cooled-down': DEEDS.cooled,
    'edge-learned': DEEDS.learned,
  } as const;
  return evidence.endpoints.flatMap((endpoint) => {
    const failures = evidence.attempts.filter((one) => one.endpointId === endpoint.id && didFail(one));
    const kinds = (['opened', 'cooled-down', 'edge-learned'] as const).filter((kind) =>
      endpoint.events.some((event) => event.kind === kind && failures.some((one) => isAtEnd(one, event.at))),
    );
    const name = endpointName(evidence, endpoint.id);
    return kinds.map((kind) => say(messages[kind], { endpoint: name }, language));
  });
}

/** An event that an attempt's end brings about comes in the same turn. */
const isAtEnd = ({ startedAt, totalMs }: AttemptRecord, at: number): boolean =>
  Math.abs(startedAt + totalMs - at) <= 50;

/** Why no further attempt followed the last one, where that failed for good. */
function stopDeeds({ evidence, language }: Context): readonly string[] {
  const { exchange, attempts } = evidence;
  const last = attempts.at(-1);
  if (last === undefined || !didFail(last) || isRunning(exchange) || isOwnCall(exchange)) return [];
  return exchangeFailed(exchange, attempts) ? [say(stopReason(exchange, last), {}, language)] : [];
}

function stopReason({ delivery }: ExchangeRecord, { timer, chargeRisk }: AttemptRecord): Message {
  if (delivery === 'broken') return DEEDS.stoppedBegun;
  if (timer?.name === 'total') return DEEDS.stoppedLate;
  return chargeRisk === 'likely' || chargeRisk === 'certain' ? DEEDS.stoppedPaid : DEEDS.stopped;
}
