import { expect, it } from 'vitest';
import { bodyOf } from '../domain/body.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import { callFor } from './call-for.ts';

const endpoint = {
  id: 'e',
  baseUrl: 'https://a.test',
  apiKey: 'k',
  headers: {},
  models: { a: 'b' },
} as unknown as Endpoint;
const asked = (model: string, stream = true) =>
  ({
    protocol: 'openai-chat',
    operation: 'generate',
    method: 'POST',
    path: '/v1/chat/completions',
    query: '',
    headers: {},
    rawHeaders: [],
    model,
    stream,
    body: bodyOf(Buffer.from(`{"model":"${model}"}`)),
  }) as unknown as IdentifiedRequest;
const call = (model: string, stream = true) =>
  callFor(asked(model, stream), endpoint, {} as AttemptTimers, true);

it.each([
  ['a', true, '{"model":"b"}', 'b'],
  ['c', true, '{"model":"c"}', 'c'],
  ['c', false, '{"model":"c","stream":true,"stream_options":{"include_usage":true}}', 'c'],
  // Names that every object has.
  ['constructor', true, '{"model":"constructor"}', 'constructor'],
  ['__proto__', true, '{"model":"__proto__"}', '__proto__'],
])('model %s, streamed by its client %s: %s', (model, stream, body, sent) => {
  const sentBody = call(model, stream).body;
  expect(String(sentBody instanceof Uint8Array ? sentBody : Buffer.concat(sentBody))).toBe(body);
  expect(call(model, stream).model).toBe(sent);
});

it('a body in which nothing differs is the same one', () => {
  const request = asked('c');
  expect(callFor(request, endpoint, {} as AttemptTimers, true).body).toBe(request.body.pieces[0]);
});
