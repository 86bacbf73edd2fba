import type { WhatIfAsk } from '../../../src/admin/admin.ts';

/** The form's fields, as they stand in the address; all text, empty = not said. */
export interface Fields {
  readonly path: string;
  readonly model: string;
  readonly stream: string;
  readonly thinking: string;
  readonly effort: string;
  readonly maxTokens: string;
  readonly promptKb: string;
  readonly clientKey: string;
  readonly listener: string;
  /** A line each: `name: value`. */
  readonly headers: string;
}

export const PATHS = [
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/models',
] as const;

const NAMES: readonly (keyof Fields)[] = [
  'path',
  'model',
  'stream',
  'thinking',
  'effort',
  'maxTokens',
  'promptKb',
  'clientKey',
  'listener',
  'headers',
];

export function fieldsOf(query: URLSearchParams): Fields {
  const fields = Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ''])) as unknown as Fields;
  return { ...fields, path: fields.path || PATHS[0] };
}

/** What the gateway is asked. What is no number is not said. */
export function askOf(fields: Fields): WhatIfAsk {
  const { path, model, stream, thinking, effort, clientKey, listener } = fields;
  const [maxTokens, promptKb] = [numberOf(fields.maxTokens), numberOf(fields.promptKb)];
  const headers = headersOf(fields.headers);
  return {
    path,
    ...(model.trim() ? { model: model.trim() } : {}),
    ...(stream ? { stream: stream === 'yes' } : {}),
    ...(thinking ? { thinking: thinking === 'yes' } : {}),
    ...(effort ? { effort } : {}),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(promptKb === undefined ? {} : { promptBytes: Math.round(promptKb * 1000) }),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(clientKey ? { clientKey } : {}),
    ...(listener ? { listener } : {}),
  };
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function headersOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const [, name, value] = /^\s*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return Object.fromEntries(pairs);
}
