import { describe, expect, it } from 'vitest';
import { bodyOf } from '../domain/body.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { fingerprintOf } from './fingerprint.ts';

const request = (body: string, more: Partial<IdentifiedRequest> = {}) =>
  ({
    client: { name: 'local', credential: 'c' },
    path: '/v1/messages',
    query: '',
    body: bodyOf(Buffer.from(body)),
    ...more,
  }) as IdentifiedRequest;

const of = (body: string, more?: Partial<IdentifiedRequest>) => fingerprintOf(request(body, more));

const BODY =
  '{"model":"m","max_tokens":128000,"messages":[1],"stream":true,"stream_options":{"include_usage":true}}';

describe('fingerprintOf', () => {
  it.each([
    ['without stream', '{"model":"m","max_tokens":128000,"messages":[1]}'],
    [
      'with stream: false, fields in another order',
      '{"stream":false,"messages":[1],"max_tokens":128000,"model":"m"}',
    ],
    [
      'with max_tokens lowered as Claude Code lowers it',
      '{"model":"m","max_tokens":64000,"messages":[1],"stream":false}',
    ],
  ])('is the same %s', (_, body) => {
    expect(of(body)).toBe(of(BODY));
  });

  it.each([
    ['another model', BODY.replace('"m"', '"n"')],
    ['other messages', BODY.replace('[1]', '[2]')],
    ['fewer tokens than any repeat asks for', BODY.replace('128000', '63999')],
    ['a further field', BODY.replace('{"model"', '{"x":1,"model"')],
  ])('differs with %s', (_, body) => {
    expect(of(body)).not.toBe(of(BODY));
  });

  it('takes a thinking budget that was lowered with it for the same', () => {
    const thinking = (budget: number) =>
      `{"thinking":{"type":"enabled","budget_tokens":${budget}},"max_tokens":70000}`;
    expect(of(thinking(65_000))).toBe(of(thinking(63_999)));
    expect(of(thinking(65_000))).not.toBe(of(thinking(10_000)));
  });

  it.each([
    ['credential', { client: { name: 'local', credential: 'd' } }],
    ['client name', { client: { name: 'bob', credential: 'c' } }],
    ['path', { path: '/v1/responses' }],
    ['query', { query: '?beta=true' }],
    ['session', { session: 's' }],
  ])('differs with another %s', (_, more) => {
    expect(of(BODY, more)).not.toBe(of(BODY));
  });
});
