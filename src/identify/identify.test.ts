import { describe, expect, it } from 'vitest';
import { bodyOf } from '../domain/body.ts';
import type { ClientRequest } from '../domain/request.ts';
import { identify, protocolOf } from './identify.ts';

const request = (path: string, body = '{}', headers: Record<string, string> = {}, method = 'POST') =>
  ({
    path,
    method,
    headers,
    body: bodyOf(Buffer.from(body)),
    query: '',
    client: { name: 'local', credential: '' },
  }) as unknown as ClientRequest;

function identified(...args: Parameters<typeof request>) {
  const result = identify(request(...args));
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}
const refused = (...args: Parameters<typeof request>) => {
  const result = identify(request(...args));
  return result.ok ? undefined : result.error;
};

describe('protocolOf', () => {
  it.each([
    ['/v1/messages', {}, 'anthropic-messages', 'generate'],
    ['/messages', {}, 'anthropic-messages', 'generate'],
    ['/v1/messages/', {}, 'anthropic-messages', 'generate'],
    ['/v1/messages/count_tokens', {}, 'anthropic-messages', 'count-tokens'],
    ['/v1/messages/batches', {}, 'anthropic-messages', 'pass'],
    ['/v1/chat/completions', {}, 'openai-chat', 'generate'],
    ['/chat/completions', {}, 'openai-chat', 'generate'],
    ['/v1/responses', {}, 'openai-responses', 'generate'],
    ['/v1/responses/resp_1', {}, 'openai-responses', 'pass'],
    ['/v1/models', {}, 'openai-chat', 'pass'],
    ['/v1/models', { 'anthropic-version': '2023-06-01' }, 'anthropic-messages', 'pass'],
    ['/', { 'user-agent': 'claude-cli/2.1 (external)' }, 'anthropic-messages', 'pass'],
    ['/nowhere', { 'user-agent': 'curl/8' }, 'openai-chat', 'pass'],
  ] as const)('%s %j: %s, %s', (path, headers, protocol, operation) => {
    expect(protocolOf(path, headers)).toEqual({ protocol, operation });
  });
});

describe('identify', () => {
  it.each([
    ['GET', '/v1/messages', 'pass'],
    ['POST', '/v1/messages', 'generate'],
    ['DELETE', '/v1/responses/x', 'pass'],
    ['HEAD', '/', 'pass'],
    ['GET', '/api/hello', 'pass'],
  ])('%s %s: %s', (method, path, operation) => {
    expect(identified(path, '{}', {}, method).operation).toBe(operation);
  });

  it.each([
    ['POST', '/'],
    ['POST', '/api/hello'],
    ['GET', '/v2/models'],
    ['GET', '/v1'],
    ['GET', '/favicon.ico'],
  ])('%s %s is no path of ours', (method, path) => {
    expect(refused(path, '', {}, method)).toMatchObject({ code: 'unknown_path', words: { method, path } });
  });

  it('reads the body of what it understands, and leaves the others alone', () => {
    const body = '{"model":"m","stream":true,"max_tokens":5,"thinking":{"type":"enabled"}}';
    expect(identified('/v1/messages', body)).toMatchObject({
      model: 'm',
      stream: true,
      maxTokens: 5,
      thinking: true,
    });
    expect(identified('/v1/files', 'no json')).toMatchObject({ operation: 'pass', stream: false });
    expect(refused('/v1/messages', 'no json')?.code).toBe('bad_json');
  });

  it.each([
    ['x-claude-code-session-id', '/v1/messages', '{"metadata":{"user_id":"body"}}'],
    ['x-session-id', '/v1/chat/completions', '{"prompt_cache_key":"body"}'],
  ])('%s goes before the body’s session', (header, path, body) => {
    expect(identified(path, body, { [header]: 'header' }).session).toBe('header');
    expect(identified(path, body).session).toBe('body');
    expect(identified(path, '{}').session).toBeUndefined();
  });

  it.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['250ms', 250],
    [' 7s ', 7_000],
    ['24h', 86_400_000],
  ])('x-qcc-timeout %j: %i ms', (text, ms) => {
    expect(identified('/v1/messages', '{}', { 'x-qcc-timeout': text }).askedTimeoutMs).toBe(ms);
  });

  it.each(['', '0', '-1', '1x', 'soon', '1e3', '25h', '0.5ms', 'Infinity', '5 m'])(
    'x-qcc-timeout %j is refused',
    (text) => {
      expect(refused('/v1/messages', '{}', { 'x-qcc-timeout': text })).toMatchObject({
        code: 'bad_header',
        words: { header: 'x-qcc-timeout' },
      });
    },
  );

  it.each([
    ['600', 600_000],
    ['0.5', 500],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['Infinity', undefined],
  ] as const)('x-stainless-timeout %j: %s', (text, ms) => {
    expect(identified('/v1/messages', '{}', { 'x-stainless-timeout': text }).clientPatienceMs).toBe(ms);
  });

  it('x-qcc-scenario is one of the four', () => {
    expect(identified('/v1/messages', '{}', { 'x-qcc-scenario': 'reasoning' }).askedScenario).toBe(
      'reasoning',
    );
    expect(refused('/v1/messages', '{}', { 'x-qcc-scenario': 'Reasoning' })?.code).toBe('bad_header');
  });
});
