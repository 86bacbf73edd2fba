import { saidIn, speaksOfModel } from './error-text.ts';
import { textOf } from './heard.ts';
import { nearest } from './nearest.ts';
import { type Finding, type Step, skipped, type Visit } from './step.ts';
import { talkHeaders, talkOf } from './talk.ts';
import type { Talk } from './talked.ts';
import type { Say } from './texts.ts';

const LIST_MS = 15_000;
const NAMES_MAX = 5_000;
const SHOWN = 12;

/** Names in a model list of either vendor's shape; undefined where it is none. */
export function modelNames(body: Buffer): readonly string[] | undefined {
  try {
    const { data, models } = JSON.parse(body.toString('utf8')) as { data?: unknown; models?: unknown };
    const list = Array.isArray(data) ? data : models;
    if (!Array.isArray(list)) return undefined;
    return list.slice(0, NAMES_MAX).flatMap((one) => {
      const name = typeof one === 'string' ? one : (one as { id?: unknown } | null)?.id;
      return typeof name === 'string' ? [name] : [];
    });
  } catch {
    return undefined;
  }
}

const quoted = (name: string): string => JSON.stringify(name);

/** `text`: what the conversation's answer said, free of secrets. */
export function judgeModel(
  talk: Pick<Talk, 'model' | 'sentModel' | 'heard' | 'text'>,
  text: string,
  listed: readonly string[] | undefined,
  say: Say,
): Finding {
  const { model, sentModel, heard } = talk;
  const inList = listed?.includes(sentModel);
  const list = listed === undefined ? say('modelNoList') : say('modelList', { count: listed.length });
  const shown = (listed ?? []).slice(0, SHOWN).join(', ');
  const details = shown === '' ? [list] : [list, shown + ((listed?.length ?? 0) > SHOWN ? ' …' : '')];
  const data = { model, sentModel, listed: listed?.length, inList };
  if (talk.text !== undefined)
    return { status: 'ok', summary: say('modelAnswers', { model: sentModel }), details, data };
  const status = heard.status ?? 0;
  const refused =
    (status === 404 || status === 400 || status === 403 || status === 503) && speaksOfModel(text, sentModel);
  if (!refused) {
    if (inList) return { status: 'ok', summary: say('modelListed', { model: sentModel }), details, data };
    return { ...skipped(say('modelUnclear', { model: sentModel })), details, data };
  }
  const near = nearest(sentModel, listed ?? []);
  const what = say('modelUnknown', { model: sentModel, status, said: saidIn(text) || '–' });
  const fix = near.length > 0 ? say('modelNearFix', { names: near.join(', ') }) : say('modelUnknownFix');
  const config = near[0] === undefined ? {} : { config: `models: { ${quoted(model)}: ${quoted(near[0])} }` };
  return {
    status: 'bad',
    summary: what,
    details,
    data: { ...data, nearest: near },
    complaints: [{ severity: 'bad', what, fix, ...config }],
  };
}

async function listModels({ asker, endpoint }: Visit): Promise<readonly string[] | undefined> {
  const protocol = endpoint.protocols[0] ?? 'anthropic-messages';
  const headers = talkHeaders(endpoint, protocol, false);
  const heard = await asker.ask({
    method: 'GET',
    path: '/v1/models?limit=1000',
    headers,
    timeoutMs: LIST_MS,
  });
  return heard.status === 200 && heard.failure === undefined ? modelNames(heard.body) : undefined;
}

export const modelStep: Step = {
  name: 'model',
  needs: ['key'],
  async look(visit) {
    const listed = await listModels(visit);
    if (listed !== undefined) visit.learned.models = listed;
    const talk = await talkOf(visit);
    return judgeModel(talk, textOf(talk.heard, visit.endpoint), listed, visit.say);
  },
};
