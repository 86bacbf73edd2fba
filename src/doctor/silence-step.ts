import type { CheckupOptions } from '../domain/checkup.ts';
import type { Edge, Endpoint } from '../domain/endpoint.ts';
import { isPage, saidIn } from './error-text.ts';
import { configDuration, inWords, rounded } from './figures.ts';
import { type Heard, textOf } from './heard.ts';
import { longCall } from './long-call.ts';
import {
  type CheckupPorts,
  type Complaint,
  type Finding,
  type Step,
  skipped,
  type Visit,
  withComplaints,
} from './step.ts';
import { talkHeaders, talkOf, whomToAsk } from './talk.ts';
import type { Talk } from './talked.ts';
import type { Say } from './texts.ts';

const UP_TO_MS = 130_000;
/** Few models write more than this a second; what is asked for has to last. */
const TOKENS_A_SECOND = 150;
const TOKENS_MIN = 1_024;
const TOKENS_MAX = 32_000;
const REFUSALS_MAX = 4;
const TOKENS_A_NUMBER = 5;

/** What `probeEdge` may cost at most. */
export interface SilenceCost {
  /** Calls that are charged. Refusals, after which less is asked for, are free and bounded apart. */
  readonly calls: number;
  readonly outputTokens: number;
  /** Absent: a list price is not known. */
  readonly microUsd?: number;
}

const silenceUpTo = ({ silenceUpToMs }: CheckupOptions): number => silenceUpToMs ?? UP_TO_MS;

const tokensFor = (upToMs: number): number =>
  Math.min(TOKENS_MAX, Math.max(TOKENS_MIN, Math.ceil((upToMs / 1000) * TOKENS_A_SECOND)));

/** What one endpoint's long answer costs at most; `outputPrice` in micro-USD per million tokens, undefined: unknown. */
function costOf(options: CheckupOptions, outputPrice: number | undefined): SilenceCost {
  const outputTokens = tokensFor(silenceUpTo(options));
  if (outputPrice === undefined) return { calls: 1, outputTokens };
  return { calls: 1, outputTokens, microUsd: Math.ceil((outputTokens * outputPrice) / 1_000_000) };
}

/** What `probeEdge` costs at most at all of these endpoints together, to be said before it is done. */
export function silenceCost(
  ports: Pick<CheckupPorts, 'settings' | 'outputPriceOf'>,
  endpoints: readonly Endpoint[],
  options: CheckupOptions,
): SilenceCost {
  const wanted = options.model ?? ports.settings.health.model;
  const costs = endpoints.map((endpoint) => {
    const { model } = whomToAsk(endpoint, wanted, undefined);
    return costOf(options, ports.outputPriceOf(endpoint.models[model] ?? model));
  });
  const sum = (read: (cost: SilenceCost) => number) => costs.reduce((all, cost) => all + read(cost), 0);
  const all = { calls: sum(({ calls }) => calls), outputTokens: sum(({ outputTokens }) => outputTokens) };
  const known = costs.every(({ microUsd }) => microUsd !== undefined);
  return known ? { ...all, microUsd: sum(({ microUsd }) => microUsd ?? 0) } : all;
}

/** What a silent call came to. */
export type Silence =
  /** Cut by somebody after this silence; `by`: who, as far as can be told. */
  | { readonly kind: 'cut'; readonly silentMs: number; readonly by: string; readonly status?: number }
  /** It stayed open this long; `ended`: the answer came then, so that longer was not to be had. */
  | { readonly kind: 'open'; readonly silentMs: number; readonly ended: boolean }
  /** Bytes came meanwhile: the longest silence in between. */
  | { readonly kind: 'lively'; readonly silentMs: number; readonly totalMs: number }
  | { readonly kind: 'refused'; readonly status: number; readonly said: string };

/** With these an edge, or the server behind it, says that it waits no longer. */
const CUT_STATUSES = new Set([408, 502, 503, 504, 520, 522, 524]);

/** Most of the time was one silence. */
const wasSilent = ({ longestSilenceMs, totalMs }: Heard): boolean => longestSilenceMs >= totalMs * 0.9;

function ofUnfinished(heard: Heard, timedOut: boolean, by: string): Silence {
  const { status, totalMs, longestSilenceMs: silentMs } = heard;
  if (!timedOut) return { kind: 'cut', silentMs, by, ...(status === undefined ? {} : { status }) };
  return wasSilent(heard) ? { kind: 'open', silentMs, ended: false } : { kind: 'lively', silentMs, totalMs };
}

/** Reads one call. `text`: its body, free of secrets. */
export function silenceOf(heard: Heard, text: string): Silence {
  const { status = 0, totalMs, longestSilenceMs, failure, headMs = totalMs } = heard;
  if (failure) return ofUnfinished(heard, failure.timedOut, failure.detail);
  if (CUT_STATUSES.has(status)) {
    const who = status === 524 ? 'Cloudflare, ' : '';
    const by = `${who}HTTP ${status}${isPage(text) || who === '' ? `: ${saidIn(text)}` : ''}`;
    return { kind: 'cut', silentMs: headMs, by, status };
  }
  if (status >= 300) return { kind: 'refused', status, said: saidIn(text) };
  return wasSilent(heard)
    ? { kind: 'open', silentMs: longestSilenceMs, ended: true }
    : { kind: 'lively', silentMs: longestSilenceMs, totalMs };
}

/** A little below what was seen: edges differ by a second from one cut to the next. */
const planned = (silentMs: number): number => silentMs * 0.95;

function aboutCut(
  { silentMs, by }: Silence & { kind: 'cut' },
  configured: Edge | undefined,
  say: Say,
): Complaint[] {
  const known = configured?.silenceMs;
  if (known !== undefined && known <= silentMs) return [];
  return [
    {
      severity: 'warning',
      what: say(known === undefined ? 'silenceCut' : 'silenceCutSooner', {
        time: inWords(silentMs),
        by,
        known: inWords(known ?? 0),
      }),
      fix: say('silenceCutFix'),
      config: `edge: { silence: ${configDuration(planned(silentMs))} }`,
    },
  ];
}

export function judgeSilence(
  silence: Silence,
  upToMs: number,
  configured: Edge | undefined,
  say: Say,
): Finding {
  const time = inWords(silence.kind === 'refused' ? 0 : silence.silentMs);
  const data = {
    ...silence,
    upToMs,
    ...('silentMs' in silence ? { silentMs: rounded(silence.silentMs) } : {}),
  };
  switch (silence.kind) {
    case 'cut': {
      const complaints = aboutCut(silence, configured, say);
      const summary = complaints[0]?.what ?? say('silenceCutKnown', { time, by: silence.by });
      return withComplaints(complaints, { summary, data });
    }
    case 'open':
      return { status: 'ok', summary: say(silence.ended ? 'silenceEnded' : 'silenceOpen', { time }), data };
    case 'lively':
      return { status: 'ok', summary: say('silenceLively', { time, total: inWords(silence.totalMs) }), data };
    case 'refused':
      return {
        ...skipped(say('silenceRefused', { status: silence.status, said: silence.said || '–' })),
        data,
      };
  }
}

/** One answer that takes long and says nothing meanwhile: a generation that is not streamed. */
async function askSilently(visit: Visit, talk: Talk, maxTokens: number): Promise<Silence> {
  const { asker, endpoint, options } = visit;
  const { protocol, model, sentModel } = talk;
  const upTo = Math.ceil(maxTokens / TOKENS_A_NUMBER);
  const { path, body } = longCall(protocol, sentModel, { maxTokens, upTo, stream: false });
  const headers = talkHeaders(endpoint, protocol, false);
  const heard = await asker.ask({
    method: 'POST',
    path,
    headers,
    body,
    timeoutMs: silenceUpTo(options),
    generates: { protocol, model, streamed: false },
  });
  return silenceOf(heard, textOf(heard, endpoint));
}

async function measure(visit: Visit): Promise<Silence> {
  const talk = await talkOf(visit);
  let maxTokens = tokensFor(silenceUpTo(visit.options));
  for (let refusals = 0; ; refusals += 1) {
    const silence = await askSilently(visit, talk, maxTokens);
    // A 400 may mean that it is more than this model may write.
    const again = silence.kind === 'refused' && silence.status === 400 && maxTokens > TOKENS_MIN;
    if (!again || refusals >= REFUSALS_MAX || visit.signal.aborted) return silence;
    maxTokens = Math.max(TOKENS_MIN, maxTokens >> 1);
  }
}

const usd = (microUsd: number): string => `$${(microUsd / 1_000_000).toFixed(4)}`;

export const silenceStep: Step = {
  name: 'silence',
  needs: ['conversation'],
  began({ options, learned, ports, say }) {
    if (options.probeEdge !== true) return say('began_silence');
    const model = learned.talk?.sentModel;
    const { outputTokens, microUsd } = costOf(
      options,
      model === undefined ? undefined : ports.outputPriceOf(model),
    );
    const price = microUsd === undefined ? say('priceUnknown') : usd(microUsd);
    return say('silenceBegins', { time: inWords(silenceUpTo(options)), tokens: outputTokens, price });
  },
  async look(visit) {
    const { options, endpoint, say } = visit;
    if (options.probeEdge !== true) return skipped(say('silenceNotAsked'));
    return judgeSilence(await measure(visit), silenceUpTo(options), endpoint.edge, say);
  },
};
