import type { Endpoint } from '../domain/endpoint.ts';
import { isApiError, isPage, saidIn, speaksOfModel } from './error-text.ts';
import { type Heard, textOf } from './heard.ts';
import { type Complaint, type Finding, type Step, skipped } from './step.ts';
import { emptyCall, talkHeaders, whomToAsk } from './talk.ts';
import type { Say } from './texts.ts';

const ANSWER_MS = 20_000;

/** An answer to a call that has nothing wrong with it but that it is empty; `text` is free of secrets. */
export interface KeyMeasured {
  readonly heard: Pick<Heard, 'status' | 'headers' | 'failure'>;
  readonly text: string;
  readonly model: string;
  readonly hasKey: boolean;
}

function bad(what: string, fix: string, data: Finding['data'] = {}): Finding {
  const complaint: Complaint = { severity: 'bad', what, fix };
  return { status: 'bad', summary: what, data, complaints: [complaint] };
}

/** Refused for its credential; a firewall's page says nothing about a key. */
function refused(
  { heard, text, hasKey }: KeyMeasured,
  words: { status: number; said: string },
  say: Say,
): Finding {
  const data = { status: words.status };
  if (isPage(text) || heard.headers['cf-mitigated'] !== undefined) {
    return bad(say('keyTurnedAway', words), say('keyTurnedAwayFix'), data);
  }
  return hasKey
    ? bad(say('keyRefused', words), say('keyRefusedFix'), data)
    : bad(say('keyMissing', words), say('keyMissingFix'), data);
}

/** APIs look at the key first: an empty call that is turned down for being empty had a good one. */
export function judgeKey(measured: KeyMeasured, say: Say): Finding {
  const { heard, text, model, hasKey } = measured;
  const { status, failure } = heard;
  const said = saidIn(text) || '–';
  if (status === undefined) return skipped(say('keyNoAnswer', { detail: failure?.detail ?? '–' }));
  const data = { status };
  if (status === 401 || status === 403) return refused(measured, { status, said }, say);
  if (status === 402) return bad(say('keyNoMoney', { said }), say('keyNoMoneyFix'), data);
  if (status === 429) return { status: 'ok', summary: say('keyLimited', { said }), data };
  if (status === 404 && !speaksOfModel(text, model)) return { ...skipped(say('keyNoPath', { said })), data };
  const turnedDown = TURNED_DOWN.has(status) && isApiError(text) && !isPage(text);
  if (!turnedDown && Math.floor(status / 100) !== 2) {
    return { ...skipped(say('keyUnclear', { status, said })), data };
  }
  return { status: 'ok', summary: say(hasKey ? 'keyFine' : 'keyNotNeeded', { status }), data };
}

const TURNED_DOWN = new Set([400, 404, 413, 422]);

/** Whether the endpoint sends any credential: a key, or a header of its own. */
function sendsCredential({ apiKey, headers }: Endpoint): boolean {
  return apiKey !== '' || Object.keys(headers).some((name) => /authorization|key|token|cookie/i.test(name));
}

export const keyStep: Step = {
  name: 'key',
  needs: ['http'],
  async look({ asker, endpoint, options, ports, learned, say }) {
    const { protocol, model } = whomToAsk(endpoint, options.model ?? ports.settings.health.model, undefined);
    const sentModel = endpoint.models[model] ?? model;
    const { path, body } = emptyCall(protocol, sentModel);
    const headers = talkHeaders(endpoint, protocol, false);
    const heard = await asker.ask({
      method: 'POST',
      path,
      headers,
      body,
      timeoutMs: ANSWER_MS,
      generates: { protocol, model, streamed: false },
    });
    const text = textOf(heard, endpoint);
    if (heard.status !== undefined) learned.answers.push({ headers: heard.headers, text });
    return judgeKey({ heard, text, model: sentModel, hasKey: sendsCredential(endpoint) }, say);
  },
};
