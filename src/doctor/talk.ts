import { upstreamHeaders } from '../attempt/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Protocol } from '../domain/protocol.ts';
import { pickModel, randomCode } from '../health/health.ts';
import { answerText, GENERATE_PATHS, readAnswer, verificationCall } from '../protocols/protocols.ts';
import { speaksOfModel } from './error-text.ts';
import { textOf } from './heard.ts';
import type { Visit } from './step.ts';
import type { Talk } from './talked.ts';

/** Headers of a generation call of ours. */
export function talkHeaders(endpoint: Endpoint, protocol: Protocol, stream: boolean): string[] {
  const rawHeaders = ['content-type', 'application/json', 'user-agent', 'qcc-doctor'];
  rawHeaders.push('accept', stream ? 'text/event-stream' : 'application/json');
  if (protocol === 'anthropic-messages') rawHeaders.push('anthropic-version', '2023-06-01');
  return upstreamHeaders(
    { rawHeaders, protocol, operation: 'generate', stream, bodyWasDecoded: false },
    endpoint,
  );
}

/** A cheap model by its name: what relays call the small ones. */
const CHEAP = /haiku|mini|flash|lite|nano|small|turbo/i;

/** Whom to ask, and how: what was asked for, what the settings name, else a cheap one, of the list where there is one. */
export function whomToAsk(
  endpoint: Endpoint,
  wanted: string | undefined,
  listed: readonly string[] | undefined,
): { readonly protocol: Protocol; readonly model: string } {
  const usual = pickModel(endpoint, wanted, undefined);
  if (wanted !== undefined || listed === undefined || listed.length === 0) return usual;
  const sent = endpoint.models[usual.model] ?? usual.model;
  if (listed.includes(sent)) return usual;
  const claude = usual.protocol === 'anthropic-messages';
  const fitting = listed.filter((name) => /^claude/i.test(name) === claude);
  const among = fitting.length > 0 ? fitting : listed;
  return pickModel(endpoint, among.find((name) => CHEAP.test(name)) ?? among[0], undefined);
}

/** The conversation of this visit: had once, judged by several steps. */
export async function talkOf(visit: Visit): Promise<Talk> {
  visit.learned.talk ??= await talk(visit);
  return visit.learned.talk;
}

async function talk(visit: Visit): Promise<Talk> {
  const { endpoint, options, ports, learned } = visit;
  const wanted = options.model ?? ports.settings.health.model;
  const first = whomToAsk(endpoint, wanted, learned.models);
  let last = await talkIn(visit, first.protocol, first.model, []);
  for (const protocol of endpoint.protocols) {
    if (!isNotServed(last)) break;
    if (protocol === first.protocol || last.notServed.includes(protocol)) continue;
    const model =
      wanted ?? whomToAsk({ ...endpoint, protocols: [protocol] }, undefined, learned.models).model;
    const next = await talkIn(visit, protocol, model, [...last.notServed, last.protocol]);
    // Where none is served, the first one is what to speak of.
    if (isNotServed(next)) continue;
    last = next;
  }
  return last;
}

async function talkIn(
  visit: Visit,
  protocol: Protocol,
  model: string,
  notServed: readonly Protocol[],
): Promise<Talk> {
  const { endpoint, ports, asker } = visit;
  const code = randomCode(ports.random);
  const sentModel = endpoint.models[model] ?? model;
  const { path, body } = verificationCall(protocol, sentModel, code);
  const headers = talkHeaders(endpoint, protocol, false);
  const timeoutMs = ports.settings.health.timeoutMs;
  const heard = await asker.ask({
    method: 'POST',
    path,
    headers,
    body,
    timeoutMs,
    generates: { protocol, model, streamed: false },
  });
  visit.learned.answers.push({ headers: heard.headers, text: textOf(heard, endpoint) });
  const about = { protocol, model, sentModel, code, heard, notServed };
  if (heard.failure || heard.status === undefined || heard.status >= 300) return about;
  const answer = readAnswer(protocol, heard.body);
  if (answer.kind === 'answer') return { ...about, text: answerText(protocol, heard.body) ?? '' };
  if (answer.kind === 'empty') return { ...about, notAnswer: 'empty' };
  return {
    ...about,
    notAnswer: answer.kind === 'error' ? `${answer.type}: ${answer.message}` : answer.detail,
  };
}

/** The path is unknown there, and not the model. */
export function isNotServed({ heard, sentModel }: Talk): boolean {
  if (heard.status !== 404 && heard.status !== 405) return false;
  return !speaksOfModel(heard.body.toString('utf8'), sentModel);
}

/** A call without a single turn, which an API turns down before any model thinks: free of charge. */
export function emptyCall(
  protocol: Protocol,
  model: string,
): { readonly path: string; readonly body: Buffer } {
  const request =
    protocol === 'openai-responses' ? { model, input: [] } : { model, max_tokens: 1, messages: [] };
  return { path: GENERATE_PATHS[protocol], body: Buffer.from(JSON.stringify(request)) };
}
