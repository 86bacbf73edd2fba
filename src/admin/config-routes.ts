import { fail, ok, type Result } from '../domain/result.ts';
import type { WhatIfAsk } from '../domain/view.ts';
import { type Answer, badRequest, type Call, done, type JsonObject } from './answer.ts';

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_ASK_BYTES = 64 * 1024;
const MAX_TEXT = 2_000;
const MAX_HEADERS = 50;

/** `POST config/check {text}`. */
export async function checkConfig({ ports, body }: Call): Promise<Answer> {
  const read = await body(MAX_CONFIG_BYTES);
  if (!read.ok) return read.error;
  const { text } = read.value;
  if (typeof text !== 'string') return badRequest('expected {"text": "..."}');
  return done({ problems: await ports.checkConfig(text) });
}

/** `POST config/apply {text, version}`: `version` is that of the text that was edited. */
export async function applyConfig({ ports, body }: Call): Promise<Answer> {
  const read = await body(MAX_CONFIG_BYTES);
  if (!read.ok) return read.error;
  const { text, version } = read.value;
  if (typeof text !== 'string' || typeof version !== 'string')
    return badRequest('expected {"text": "...", "version": "..."}');
  return done(await ports.applyConfig(text, version));
}

/** `POST what-if` with a `WhatIfAsk`. */
export async function whatIf({ ports, body, language }: Call): Promise<Answer> {
  const read = await body(MAX_ASK_BYTES);
  if (!read.ok) return read.error;
  const ask = askOf(read.value);
  if (!ask.ok) return badRequest(ask.error);
  const view = ports.whatIf(ask.value, language);
  return view.ok ? done(view.value) : badRequest(view.error.detail);
}

/** What every word of an ask must be. */
const WORDS = {
  path: 'text',
  model: 'text',
  effort: 'text',
  clientKey: 'text',
  listener: 'text',
  stream: 'flag',
  thinking: 'flag',
  maxTokens: 'number',
  promptBytes: 'number',
  headers: 'headers',
} as const satisfies Record<keyof WhatIfAsk, keyof typeof EXPECTED>;

const EXPECTED = {
  text: `text of at most ${MAX_TEXT} characters`,
  flag: 'true or false',
  number: 'a whole number from 0 to 1000000000',
  headers: `a mapping of at most ${MAX_HEADERS} header names to texts`,
};

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_TEXT;

const IS: Readonly<Record<keyof typeof EXPECTED, (value: unknown) => boolean>> = {
  text: isText,
  flag: (value) => typeof value === 'boolean',
  number: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e9,
  headers: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const values = Object.values(value);
    return values.length <= MAX_HEADERS && values.every(isText);
  },
};

function askOf(body: JsonObject): Result<WhatIfAsk, string> {
  const given = Object.entries(WORDS).filter(([name]) => body[name] !== undefined && body[name] !== null);
  const wrong = given.find(([name, kind]) => !IS[kind](body[name]));
  if (wrong) return fail(`${wrong[0]}: expected ${EXPECTED[wrong[1]]}`);
  if (body.path === undefined || body.path === null)
    return fail('path: expected a path, such as /v1/messages');
  // Every word was looked at above.
  return ok(Object.fromEntries(given.map(([name]) => [name, body[name]])) as unknown as WhatIfAsk);
}
