import type { Finding, Verdict } from '../domain/explanation.ts';
import { type AttemptRecord, isOwnCall } from '../domain/ledger.ts';
import { type Context, didFail, endpointName, exchangeFailed, isRunning, totalMs } from './context.ts';
import { STORY } from './messages-story.ts';
import { type Message, oneLine, say, type Words } from './wording.ts';

/** How it went, in one word. */
export function verdictOf(context: Context, findings: readonly Finding[]): Verdict {
  const { exchange, attempts } = context.evidence;
  if (isRunning(exchange)) return 'running';
  if (exchangeFailed(exchange, attempts)) return 'failed';
  if (attempts.some(didFail) || exchange.leftMs !== undefined) return 'recovered';
  return totalMs(context) >= context.rules.slowMs || findings.length > 0 ? 'slow' : 'fine';
}

/** The whole in a sentence. */
export function headlineOf(context: Context, verdict: Verdict, findings: readonly Finding[]): string {
  const { exchange } = context.evidence;
  if (!isOwnCall(exchange)) return usualHeadline(context, verdict, findings);
  const message = exchange.route === 'verification' ? STORY.ownVerification : STORY.ownDoctor;
  const rest = ownRejected(context, findings) ?? usualHeadline(context, verdict, findings);
  return say(STORY.headOwn, { purpose: { message }, rest }, context.language);
}

/** A refusal may be just what a check-up was to find out. */
function ownRejected(context: Context, findings: readonly Finding[]): string | undefined {
  const last = context.evidence.attempts.at(-1);
  if (last?.result !== 'rejected' || findings.length > 0) return undefined;
  const endpoint = endpointName(context.evidence, last.endpointId);
  const words = { endpoint, status: last.status ?? '-', total: { ms: totalMs(context) } };
  return say(STORY.headOwnRejected, words, context.language);
}

function usualHeadline(context: Context, verdict: Verdict, findings: readonly Finding[]): string {
  const { exchange, running } = context.evidence;
  const text = (message: Message, words: Words) => say(message, words, context.language);
  const total = { ms: totalMs(context) };
  const what = findings[0] && findings[0].what + alsoText(context, findings);
  const endpoint = endpointName(
    context.evidence,
    context.evidence.attempts.at(-1)?.endpointId ?? running?.endpointId,
  );
  switch (verdict) {
    case 'running': {
      const state = text(STATES[running?.state ?? 'done'], {});
      return text(STORY.headRunning, { total, endpoint, state, silence: { ms: running?.silenceMs ?? 0 } });
    }
    case 'failed':
      return what === undefined
        ? text(STORY.headFailedBare, {
            total,
            cause: oneLine(exchange.error ?? exchange.cause ?? exchange.delivery, 60),
          })
        : text(isLeft(context) ? STORY.headLeft : STORY.headFailed, { total, what });
    case 'recovered':
      return what === undefined
        ? text(STORY.headFine, { total, endpoint })
        : text(STORY.headRecovered, { total, what });
    case 'slow':
      return what === undefined
        ? text(STORY.headSlow, { total, where: whereText(context) })
        : text(STORY.headSlowFinding, { total, what });
    case 'fine':
      return text(STORY.headFine, { total, endpoint });
  }
}

/** Nobody was there any more: what became of it is no failure in anybody's eyes. */
const isLeft = ({ evidence: { exchange } }: Context): boolean =>
  exchange.leftMs !== undefined && (exchange.delivery === 'left' || exchange.delivery === 'undelivered');

/** Endpoints that went wrong in the same way as the one that the headline tells of. */
function alsoText({ evidence, language }: Context, findings: readonly Finding[]): string {
  const [first, ...rest] = findings;
  const idsOf = ({ attempts }: Finding) =>
    evidence.attempts.filter(({ n }) => attempts.includes(n)).map(({ endpointId }) => endpointId);
  const told = first ? idsOf(first) : [];
  const alike = rest.filter(({ kind }) => kind === first?.kind).flatMap(idsOf);
  const names = [...new Set(alike)]
    .filter((id) => !told.includes(id))
    .slice(0, 5)
    .map((id) => endpointName(evidence, id));
  if (names.length === 0) return '';
  const text = say(STORY.headAlso, { endpoints: names.join(language === 'zh' ? '、' : ', ') }, language);
  return language === 'zh' ? text : ` ${text}`;
}

const STATES = {
  waiting: STORY.stateWaiting,
  attempting: STORY.stateAttempting,
  streaming: STORY.stateStreaming,
  done: STORY.stateDone,
} as const;

/** Where most of the time went, in a request that is slow and nobody's fault. */
function whereText(context: Context): string {
  const { message, ms } = largestPart(context);
  const endpoint = endpointName(context.evidence, context.evidence.attempts.at(-1)?.endpointId);
  return say(message, { part: { ms }, endpoint }, context.language);
}

interface Share {
  readonly message: Message;
  readonly ms: number;
}

function largestPart(context: Context): Share {
  const { attempts, exchange } = context.evidence;
  const last = attempts.at(-1);
  const lastMs = last?.totalMs ?? 0;
  const beganMs = last ? Math.max(0, last.startedAt - exchange.startedAt) : 0;
  const queued = sum(attempts, 'queuedMs');
  const paused = sum(attempts, 'backoffMs');
  // Without a first event (an answer that was not streamed) all of it is waiting for the model.
  const thinking = Math.min(lastMs, last?.firstEventMs ?? last?.firstByteMs ?? lastMs);
  const shares: readonly Share[] = [
    { message: STORY.whereWriting, ms: lastMs - thinking },
    { message: STORY.whereThinking, ms: thinking },
    { message: STORY.whereWaiting, ms: queued },
    { message: STORY.whereBackoff, ms: paused },
    { message: STORY.whereBefore, ms: Math.max(0, beganMs - queued - paused) },
    { message: STORY.whereReading, ms: Math.max(0, totalMs(context) - beganMs - lastMs) },
  ];
  return shares.reduce((most, share) => (share.ms > most.ms ? share : most));
}

const sum = (attempts: readonly AttemptRecord[], name: 'queuedMs' | 'backoffMs'): number =>
  attempts.reduce((all, attempt) => all + (attempt[name] ?? 0), 0);
