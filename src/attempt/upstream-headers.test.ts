import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import { upstreamHeaders } from './upstream-headers.ts';

const endpoint = (more: Partial<Endpoint> = {}) =>
  ({ baseUrl: 'https://relay.example', apiKey: 'its-key', headers: {}, ...more }) as Endpoint;

type Asking = Parameters<typeof upstreamHeaders>[0];
const asking = (rawHeaders: readonly string[], more: Partial<Asking> = {}) =>
  ({
    rawHeaders,
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: false,
    streamed: false,
    bodyWasDecoded: false,
    ...more,
  }) as Asking;

/** As `name: value` lines. */
const lines = (flat: readonly string[]) =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${flat[index + 1]}`] : []));
const sent = (rawHeaders: readonly string[], more: Partial<Asking> = {}, to = endpoint()) =>
  lines(upstreamHeaders(asking(rawHeaders, more), to));

describe('upstreamHeaders', () => {
  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Expect',
    'Host',
    'Content-Length',
    'Authorization',
    'X-API-Key',
    'Api-Key',
    'X-Goog-Api-Key',
    'Cookie',
    'X-QCC-Scenario',
    'CF-Connecting-IP',
    'CF-Ray',
    'CDN-Loop',
  ])('%s stays here', (name) => {
    const all = sent([name, 'of-the-client', 'X-Kept', 'a']);
    expect(all.join('\n')).not.toContain('of-the-client');
    expect(all[0]).toBe('X-Kept: a');
  });

  it('spelling, order and repeats are kept', () => {
    const raw = ['aNthropic-Beta', 'a', 'X-Two', '1', 'User-Agent', 'u', 'X-Two', '2'];
    expect(sent(raw).slice(0, 4)).toEqual(['aNthropic-Beta: a', 'X-Two: 1', 'User-Agent: u', 'X-Two: 2']);
  });

  it('headers that Connection names are dropped', () => {
    expect(sent(['X-Hop', '1', 'connection', 'close, X-HOP', 'X-Kept', '2']).slice(0, 1)).toEqual([
      'X-Kept: 2',
    ]);
  });

  it('what clients name is judged alike, however many names there are', () => {
    const to = endpoint();
    for (let i = 0; i < 1_000; i += 1) {
      const all = sent([`X-${i}`, 'a', `X-Qcc-${i}`, 'b', 'Cookie', 'c'], {}, to);
      expect(all.slice(0, 2)).toEqual([`X-${i}: a`, 'x-api-key: its-key']);
    }
  });

  it('a call’s own trace takes the place of the client’s and the endpoint’s', () => {
    const to = endpoint({ apiKey: '', headers: { Traceparent: 'endpoint' } });
    expect(sent(['TraceParent', 'client'], {}, endpoint({ apiKey: '' }))).toEqual(['TraceParent: client']);
    expect(sent(['TraceParent', 'client'], {}, to)).toEqual(['traceparent: endpoint']);
    expect(sent(['TraceParent', 'client'], { traceparent: 'own' }, to)).toEqual(['traceparent: own']);
  });

  it('content-encoding goes on, unless the body was unpacked', () => {
    expect(sent(['Content-Encoding', 'gzip'])).toContain('Content-Encoding: gzip');
    expect(sent(['Content-Encoding', 'gzip'], { bodyWasDecoded: true })).not.toContain(
      'Content-Encoding: gzip',
    );
  });

  it.each([
    ['anthropic-messages', 'https://relay.example', ['x-api-key: its-key', 'authorization: Bearer its-key']],
    ['anthropic-messages', 'https://api.anthropic.com', ['x-api-key: its-key']],
    ['openai-chat', 'https://relay.example', ['authorization: Bearer its-key']],
    ['openai-responses', 'https://relay.example', ['authorization: Bearer its-key']],
  ] as const)('%s at %s: %j', (protocol, baseUrl, expected) => {
    expect(sent([], { protocol }, endpoint({ baseUrl }))).toEqual(expected);
  });

  it('no key, no credential', () => {
    expect(sent(['authorization', 'Bearer client'], {}, endpoint({ apiKey: '' }))).toEqual([]);
  });

  it('the endpoint’s own headers replace the client’s, and even the credential', () => {
    const to = endpoint({ headers: { 'User-Agent': 'mine', Authorization: 'Basic other' } });
    const all = sent(['user-agent', 'theirs'], { protocol: 'openai-chat' }, to);
    expect(all).toEqual(['authorization: Basic other', 'user-agent: mine']);
  });
});
