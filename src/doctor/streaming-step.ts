import { createStreamWatch } from '../protocols/protocols.ts';
import { createSseParser } from '../sse/sse.ts';
import { type Manner, mannerOf } from './arrivals.ts';
import { saidIn } from './error-text.ts';
import { inWords, rounded } from './figures.ts';
import { type Heard, textOf } from './heard.ts';
import { longCall } from './long-call.ts';
import { type Complaint, type Finding, type Step, skipped, type Visit, withComplaints } from './step.ts';
import { talkHeaders, talkOf } from './talk.ts';
import type { Say } from './texts.ts';

const STREAM_MS = 60_000;
const MAX_TOKENS = 600;
const NUMBERS = 100;

export interface StreamMeasured {
  readonly heard: Heard;
  readonly manner: Manner;
  /** When the first event came, in ms since the question. */
  readonly firstEventMs?: number;
  /** Its end mark came. */
  readonly complete: boolean;
  /** What an error event in it said. */
  readonly error?: string;
}

const NGINX_LINES = 'proxy_buffering off; proxy_http_version 1.1;';

function complain(measured: StreamMeasured, said: string, say: Say): Complaint[] {
  const { heard, manner, complete, error } = measured;
  const { status = 0, headers, failure } = heard;
  const one = (severity: Complaint['severity'], what: string, fix: string, config?: string): Complaint[] => [
    { severity, what, fix, ...(config === undefined ? {} : { config }) },
  ];
  if (failure?.timedOut)
    return one('bad', say('streamTimeout', { time: inWords(heard.totalMs) }), say('streamBrokenFix'));
  if (failure)
    return one(
      'bad',
      say('streamBroken', { detail: failure.detail, time: inWords(heard.totalMs) }),
      say('streamBrokenFix'),
    );
  if (status >= 300)
    return one('bad', say('streamRefused', { status, said }), say('streamNoneFix'), 'stream_upstream: never');
  if (!/text\/event-stream/i.test(headers['content-type'] ?? '') && manner.events === 0) {
    const type = headers['content-type'] ?? '–';
    return one('warning', say('streamNone', { type }), say('streamNoneFix'), 'stream_upstream: never');
  }
  if (error !== undefined) return one('bad', say('streamError', { said: error }), say('streamErrorFix'));
  const found: Complaint[] = [];
  if (manner.kind === 'lumps') {
    const { events, lumps, waitMs } = manner;
    const what = say('streamBuffered', { events, lumps, time: inWords(waitMs) });
    found.push({ severity: 'warning', what, fix: say('streamBufferedFix', { line: NGINX_LINES }) });
  }
  if (!complete) found.push({ severity: 'warning', what: say('streamNoEnd'), fix: say('streamNoEndFix') });
  return found;
}

/** `said`: what the body says where it is no stream, free of secrets. */
function judgeStreaming(measured: StreamMeasured, said: string, say: Say): Finding {
  const { heard, manner, firstEventMs } = measured;
  const complaints = complain(measured, said, say);
  const first = inWords(firstEventMs ?? heard.totalMs);
  const { events } = manner;
  const fine =
    manner.kind === 'flowing'
      ? say('streamFine', { events, first, span: inWords(manner.spanMs) })
      : say('streamUnclear', { events, first });
  return withComplaints(complaints, {
    summary: complaints[0]?.what ?? fine,
    details:
      firstEventMs === undefined
        ? []
        : [say('streamTimes', { first, total: inWords(heard.totalMs), events })],
    data: {
      status: heard.status,
      manner: manner.kind,
      events,
      ...(firstEventMs === undefined ? {} : { firstEventMs: rounded(firstEventMs) }),
      totalMs: rounded(heard.totalMs),
    },
  });
}

async function measure(visit: Visit): Promise<StreamMeasured> {
  const { asker, endpoint, learned } = visit;
  const { protocol, model, sentModel } = await talkOf(visit);
  const parser = createSseParser();
  const watch = createStreamWatch(protocol);
  const at: number[] = [];
  const { path, body } = longCall(protocol, sentModel, {
    maxTokens: MAX_TOKENS,
    upTo: NUMBERS,
    stream: true,
  });
  const heard = await asker.ask({
    method: 'POST',
    path,
    headers: talkHeaders(endpoint, protocol, true),
    body,
    timeoutMs: STREAM_MS,
    generates: { protocol, model, streamed: true },
    onPart(part, atMs) {
      watch.push(part);
      for (const _ of parser.push(part)) at.push(atMs);
    },
  });
  watch.end();
  const { roundTripMs } = learned;
  return {
    heard,
    manner: mannerOf({ at, ...(roundTripMs === undefined ? {} : { roundTripMs }) }),
    ...(at[0] === undefined ? {} : { firstEventMs: at[0] }),
    complete: watch.complete,
    ...(watch.error === undefined ? {} : { error: saidIn(watch.error.message) }),
  };
}

export const streamingStep: Step = {
  name: 'streaming',
  needs: ['conversation'],
  async look(visit) {
    if (visit.endpoint.streamUpstream === 'never') return skipped(visit.say('streamNever'));
    const measured = await measure(visit);
    return judgeStreaming(measured, saidIn(textOf(measured.heard, visit.endpoint)) || '–', visit.say);
  },
};
