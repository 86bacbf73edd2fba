import { causeOfStatus, causeOfStreamError, statusVerdict } from '../attempt/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { chargeRisk } from '../domain/failure.ts';
import type { EndedBy, Failed, FailureCause, Outcome, Phase } from '../domain/outcome.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { createStreamWatch, readAnswer } from '../protocols/protocols.ts';
import { saidIn } from './error-text.ts';
import { type Heard, textOf } from './heard.ts';

/** A question that asks a model: what is said of it on the ledger, besides what came of it. */
export interface Generates {
  readonly protocol: Protocol;
  /** As a client would name it. */
  readonly model: string;
  readonly streamed: boolean;
}

/** Why what came is no whole answer. */
export interface Broke {
  readonly cause: FailureCause;
  readonly phase: Phase;
  readonly endedBy: EndedBy;
  readonly detail: string;
  /** The time it had, where that ran out, in ms. */
  readonly timeoutMs?: number;
}

export interface HeardOf extends Generates {
  readonly endpoint: Endpoint;
  /** By the wall clock, ms since the epoch. */
  readonly startedAt: number;
  /** Since then; absent = the question was not whole upstream, as far as is known. */
  readonly sentMs: number | undefined;
}

/** What the body told of the call's price. */
interface Read {
  readonly usage: Usage;
  readonly model?: string | undefined;
  readonly outputBytes?: number;
  readonly sawTokens: boolean;
  readonly broke?: Broke | undefined;
}

const SAID_CHARS = 300;
const NOTHING: Read = { usage: {}, sawTokens: false };

/** What a question to a model came to, as the ledger knows it of any other call. */
export function outcomeOf(of: HeardOf, heard: Heard, broke: Broke | undefined): Outcome {
  const { status } = heard;
  const isAnswer = status !== undefined && statusVerdict(status) === 'answer';
  const read = isAnswer ? readIn(of, heard) : NOTHING;
  const ending = broke ?? refusalOf(of, heard) ?? read.broke;
  const about = {
    endpointId: of.endpoint.id,
    startedAt: of.startedAt,
    times: {
      sentMs: of.sentMs,
      firstByteMs: heard.firstByteMs,
      longestSilenceMs: heard.longestSilenceMs,
      totalMs: heard.totalMs,
    },
    usage: read.usage,
    model: read.model,
    answerBytes: heard.body.length,
    outputBytes: read.outputBytes,
    upstreamRequestId: heard.headers['request-id'] ?? heard.headers['x-request-id'],
    status,
  };
  const said = isAnswer || status === undefined ? undefined : saidOf(of, heard);
  if (ending !== undefined) return failed({ ...about, said }, heard, ending, read.sawTokens);
  if (isAnswer) return { ...about, kind: 'answered', status };
  return { ...about, kind: 'rejected', status: status ?? 0, said };
}

function failed(
  about: Omit<Outcome, 'kind' | 'status'> & Pick<Failed, 'status'>,
  { longestSilenceMs }: Heard,
  { timeoutMs, ...ending }: Broke,
  sawTokens: boolean,
): Failed {
  return {
    ...about,
    ...ending,
    kind: 'failed',
    chargeRisk: chargeRisk(ending.cause, ending.phase, about.status, sawTokens),
    committed: false,
    silenceMs: longestSilenceMs,
    timer: timeoutMs === undefined ? undefined : { name: 'total', ms: timeoutMs, setBy: 'doctor' },
  };
}

const saidOf = ({ endpoint }: HeardOf, heard: Heard): string | undefined =>
  saidIn(textOf(heard, endpoint)).slice(0, SAID_CHARS) || undefined;

/** A status that fails a call, as it would one of a client's. */
function refusalOf({ endpoint, model }: HeardOf, heard: Heard): Broke | undefined {
  const { status, headers } = heard;
  if (status === undefined || statusVerdict(status) !== 'fail') return undefined;
  const text = textOf(heard, endpoint);
  const about = { status, headers, text, model: endpoint.models[model] ?? model };
  return { ...causeOfStatus(about), phase: 'wait', detail: `HTTP ${status}` };
}

const ofUpstream = (cause: FailureCause, detail: string): Broke => ({
  cause,
  detail,
  phase: 'stream',
  endedBy: 'upstream',
});

function readIn({ protocol, streamed }: Generates, { headers, body, status }: Heard): Read {
  const isStream = streamed && /text\/event-stream/i.test(headers['content-type'] ?? '');
  if (isStream) return readStream(protocol, body);
  const answer = readAnswer(protocol, body);
  switch (answer.kind) {
    case 'answer':
      return { usage: answer.usage, model: answer.model, sawTokens: true };
    case 'error':
      return {
        ...NOTHING,
        broke: ofUpstream(causeOfStreamError(answer.type), `${answer.type}: ${answer.message}`),
      };
    case 'empty':
      return { ...NOTHING, broke: ofUpstream('empty', `HTTP ${status} without content`) };
    case 'not-api':
      return { ...NOTHING, broke: ofUpstream('not-api', answer.detail) };
  }
}

function readStream(protocol: Protocol, body: Buffer): Read {
  const watch = createStreamWatch(protocol);
  watch.push(body);
  watch.end();
  const { usage, model, outputBytes, hasContent, complete, error } = watch;
  const read = { usage, model, outputBytes, sawTokens: hasContent };
  if (error !== undefined)
    return { ...read, broke: ofUpstream(causeOfStreamError(error.type), `${error.type}: ${error.message}`) };
  if (complete) return read;
  return { ...read, broke: ofUpstream('truncated', 'the stream ended without its end mark') };
}
