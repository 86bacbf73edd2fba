import type { Waterfall, WaterfallBar, WaterfallPhase } from '../domain/explanation.ts';
import { failureOf } from '../domain/failure.ts';
import type { AttemptRecord } from '../domain/ledger.ts';
import { type Context, didFail, endpointName, hasAnswer, isRunning, sinceBegin, totalMs } from './context.ts';
import { timerOf } from './judge-timeout.ts';
import { STORY } from './messages-story.ts';
import { silenceAtEnd } from './neighbours.ts';
import { phaseWord } from './terms.ts';
import { type Message, oneLine, say, type Words } from './wording.ts';

type Part = WaterfallBar['parts'][number];

/** Attempts shown one by one; more than `retry.max` allows at most. */
const MOST_BARS = 40;

/** The exchange drawn: a bar for each attempt, in it its phases; times are ms since the exchange began. */
export function waterfallOf(context: Context): Waterfall {
  const { attempts } = context.evidence;
  const bars = attempts
    .slice(0, MOST_BARS)
    .map((attempt, index) => barOf(attempt, attempts[index - 1], context));
  const underWay = runningBar(context);
  const waiting = attempts.length === 0 && !underWay ? [queueBar(context)] : [];
  return {
    totalMs: totalMs(context),
    bars: [...waiting, ...withDelivery(bars, context), ...(underWay ? [underWay] : [])],
    marks: marksOf(context),
  };
}

const words = (context: Context) => (message: Message, filled: Words) =>
  say(message, filled, context.language);

function barOf(attempt: AttemptRecord, before: AttemptRecord | undefined, context: Context): WaterfallBar {
  const endpoint = endpointName(context.evidence, attempt.endpointId);
  return {
    label: words(context)(STORY.barAttempt, { n: attempt.n, endpoint }),
    attempt: attempt.n,
    parts: [...pausesBefore(attempt, before, context), ...phasesOf(attempt, context)],
    end: endOf(attempt),
    note: noteOf(attempt, context),
  };
}

/** What it waited for before it began: a slot, then the pause between two attempts. */
function pausesBefore(
  attempt: AttemptRecord,
  before: AttemptRecord | undefined,
  context: Context,
): readonly Part[] {
  const beganMs = sinceBegin(context, attempt.startedAt);
  const freeMs = before ? sinceBegin(context, before.startedAt + before.totalMs) : 0;
  const backoffFrom = Math.max(freeMs, beganMs - (attempt.backoffMs ?? 0));
  const queueFrom = Math.max(freeMs, backoffFrom - (attempt.queuedMs ?? 0));
  return parts([
    ['queue', queueFrom, backoffFrom],
    ['backoff', backoffFrom, beganMs],
  ]);
}

/** Parts that take no time are none. */
const parts = (all: readonly (readonly [WaterfallPhase, number, number])[]): readonly Part[] =>
  all.filter(([, from, to]) => to > from).map(([phase, fromMs, toMs]) => ({ phase, fromMs, toMs }));

/**
 * An attempt's phases, one after the other. An attempt that ended early spent the rest of its time in the phase in
 * which it ended.
 */
function phasesOf(attempt: AttemptRecord, context: Context): readonly Part[] {
  const began = sinceBegin(context, attempt.startedAt);
  const end = began + attempt.totalMs;
  const { dnsMs = 0, tcpMs = 0, tlsMs = 0, sentMs } = attempt;
  const firstByteMs = hasAnswer(attempt) ? attempt.firstByteMs : undefined;
  const cap = (ms: number) => Math.min(end, began + Math.max(0, ms));
  const opened = cap(dnsMs + tcpMs + tlsMs);
  const made = parts([
    ['dns', began, cap(dnsMs)],
    ['connect', cap(dnsMs), cap(dnsMs + tcpMs)],
    ['tls', cap(dnsMs + tcpMs), opened],
  ]);
  if (sentMs === undefined && attempt.firstByteMs === undefined) {
    const hung = attempt.phase ?? 'send';
    return [...made, ...parts([[hung, opened, end]])];
  }
  const sent = Math.max(opened, cap(sentMs ?? 0));
  const first = firstByteMs === undefined ? end : Math.max(sent, cap(firstByteMs));
  return [
    ...made,
    ...parts([
      ['send', opened, sent],
      ['wait', sent, first],
      ['stream', first, end],
    ]),
  ];
}

const cutByPage = ({ result }: AttemptRecord): boolean => failureOf(result)?.cut === 'page';

function endOf(attempt: AttemptRecord): WaterfallBar['end'] {
  if (attempt.result === 'answered') return 'whole';
  if (attempt.result === 'cancelled') return 'cancelled';
  if (attempt.endedBy === 'edge' || failureOf(attempt.result)?.cut !== undefined) return 'cut';
  return 'failed';
}

function noteOf(attempt: AttemptRecord, context: Context): string {
  const text = words(context);
  if (attempt.result === 'answered') return text(STORY.noteWhole, {});
  if (attempt.result === 'cancelled') return text(STORY.noteCancelled, {});
  const status = attempt.status ?? '-';
  if (attempt.result === 'rejected') return text(STORY.noteRejected, { status });
  if (attempt.result === 'timeout') {
    const { name, ms } = timerOf(attempt);
    return text(STORY.noteTimer, { timer: name, limit: { ms } });
  }
  const silenceMs = silenceAtEnd(attempt);
  // What answers soon was not silent.
  const wasSilent = cutByPage(attempt) || silenceMs >= context.rules.waitedMs;
  return attempt.status !== undefined && attempt.status >= 400
    ? text(wasSilent ? STORY.noteStatus : STORY.noteStatusBare, { status, silence: { ms: silenceMs } })
    : text(STORY.noteCause, { cause: attempt.result, phase: phaseWord(attempt.phase) });
}

/** After the last byte came from upstream, the client was still reading. */
function withDelivery(bars: readonly WaterfallBar[], context: Context): readonly WaterfallBar[] {
  const last = context.evidence.attempts.at(-1);
  const bar = bars.at(-1);
  if (!last || !bar || bar.attempt !== last.n || didFail(last) || isRunning(context.evidence.exchange))
    return bars;
  const from = sinceBegin(context, last.startedAt + last.totalMs);
  const more = parts([['deliver', from, totalMs(context)]]);
  return [...bars.slice(0, -1), { ...bar, parts: [...bar.parts, ...more] }];
}

/** The call that is under way; when exactly it began is not on the ledger yet. */
function runningBar(context: Context): WaterfallBar | undefined {
  const { running, attempts } = context.evidence;
  if (!running || running.attempts <= attempts.length || running.state === 'done') return undefined;
  const last = attempts.at(-1);
  const from = last ? sinceBegin(context, last.startedAt + last.totalMs) : 0;
  const phase = running.state === 'streaming' ? 'stream' : 'wait';
  const endpoint = endpointName(context.evidence, running.endpointId);
  return {
    label: words(context)(STORY.barAttempt, { n: running.attempts, endpoint }),
    attempt: running.attempts,
    parts: parts([[phase, from, totalMs(context)]]),
    end: 'running',
    note: words(context)(STORY.noteRunning, {}),
  };
}

/** An exchange that never got as far as an attempt. */
function queueBar(context: Context): WaterfallBar {
  const { exchange } = context.evidence;
  const text = words(context);
  const open = isRunning(exchange);
  const error = oneLine(exchange.error ?? exchange.cause ?? '-', 60);
  return {
    label: text(STORY.barQueue, {}),
    parts: parts([['queue', 0, totalMs(context)]]),
    end: open ? 'running' : 'failed',
    note: open ? text(STORY.noteRunning, {}) : text(STORY.noteRefused, { error }),
  };
}

function marksOf(context: Context): Waterfall['marks'] {
  const { exchange } = context.evidence;
  const edges = context.evidence.attempts
    .slice(0, MOST_BARS)
    .flatMap((attempt) => edgeMark(attempt, context) ?? []);
  const left =
    exchange.leftMs === undefined
      ? []
      : [{ atMs: exchange.leftMs, kind: 'client-left' as const, label: words(context)(STORY.markLeft, {}) }];
  return [...edges, ...left];
}

/** Where an edge's limit lies for a call that came to it: at its cut, or at what the edge is known to allow. */
function edgeMark(attempt: AttemptRecord, context: Context): Waterfall['marks'][number] | undefined {
  const view = context.evidence.endpoints.find(({ id }) => id === attempt.endpointId)?.view;
  const known = Math.min(
    view?.edge?.silenceMs ?? Number.POSITIVE_INFINITY,
    view?.learnedEdge?.silenceMs ?? Number.POSITIVE_INFINITY,
  );
  const wasCut = cutByPage(attempt);
  if (!wasCut && attempt.totalMs < known) return undefined;
  const silenceMs = wasCut ? silenceAtEnd(attempt) : known;
  const began = sinceBegin(context, attempt.startedAt);
  return {
    atMs: wasCut ? began + attempt.totalMs : began + (attempt.sentMs ?? 0) + silenceMs,
    kind: 'edge',
    label: words(context)(STORY.markEdge, {
      endpoint: endpointName(context.evidence, attempt.endpointId),
      silence: { ms: silenceMs },
    }),
  };
}
