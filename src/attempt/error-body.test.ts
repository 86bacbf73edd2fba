import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ERROR_BODY_BYTES, ErrorBody, saidIn } from './error-body.ts';

describe('saidIn', () => {
  it.each<[string, string, string | undefined]>([
    [
      'Anthropic',
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}',
      'overloaded_error: Overloaded',
    ],
    [
      'OpenAI',
      '{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
      'requests: Rate limit reached',
    ],
    [
      'a relay, in Chinese',
      '{"error":{"message":"余额不足","type":"new_api_error"}}',
      'new_api_error: 余额不足',
    ],
    ['a bare string', '{"error":"no such model"}', 'no such model'],
    ['a message at the top', '{"code":500,"message":"upstream gone"}', 'upstream gone'],
    [
      'RFC 9457',
      '{"type":"https://developers.cloudflare.com/524","title":"Error 524: A timeout occurred","status":524,"cloudflare_error":true}',
      'Error 524: A timeout occurred',
    ],
    [
      'a list of errors',
      '[{"error":{"code":503,"message":"high demand","status":"UNAVAILABLE"}}]',
      'high demand',
    ],
    [
      'FastAPI',
      '{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}',
      'missing: field required',
    ],
    ['a type alone', '{"error":{"type":"server_error"}}', 'server_error'],
    ['an event', 'event: error\ndata: {"error":{"type":"x","message":"y"}}\n\n', 'x: y'],
    [
      'nginx',
      '<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body><center><h1>504</h1></center></body></html>',
      '504 Gateway Time-out',
    ],
    [
      'a page without a title',
      '<html><style>a{b:c}</style><body><h1>Bad&nbsp;gateway &amp; more</h1></body>',
      'Bad gateway & more',
    ],
    ['plain text', '\n\n  upstream connect error\nreset reason: x', 'upstream connect error'],
    ['JSON that is cut', '{"error":{"message":"too lon', '{"error":{"message":"too lon'],
    ['JSON that says nothing', '{"a":1}', '{"a":1}'],
    ['nothing', '  \n ', undefined],
    ['control characters', 'a\u001b[31mb\u0007c', 'a [31mb c'],
    ['a key', 'invalid key sk-ant-api03-abcdefghijkl', 'invalid key sk-***'],
    ['the key of the endpoint', '{"error":{"message":"no user for plain-key-1"}}', 'no user for ***'],
    ['something endless', 'x'.repeat(100_000), 'x'.repeat(300)],
  ])('%s', (_name, body, said) => expect(saidIn(body, ['plain-key-1'])).toBe(said));

  it('leaves no half of a key at its end', () => {
    const said = saidIn(`${'x '.repeat(146)}sk-ant-api03-abcdefghijkl`, []);
    expect(said).not.toContain('api03');
  });

  it.each(['<title', '<script', '<', '&amp', '{"error":', '[', '<style></'])(
    'bears a body made of %s alone',
    (piece) => expect(saidIn(piece.repeat(20_000), [])?.length ?? 0).toBeLessThanOrEqual(300),
  );
});

describe('ErrorBody', () => {
  const page = Buffer.from(`<html><title>502 坏网关</title>${'<p>x</p>'.repeat(10_000)}`);
  it.each<[string, string | undefined, Buffer]>([
    ['plain', undefined, page],
    ['identity', 'identity', page],
    ['gzip', 'gzip', gzipSync(page)],
    ['deflate', 'Deflate', deflateSync(page)],
    ['brotli', 'br', brotliCompressSync(page)],
    ['a cut gzip', 'gzip', gzipSync(page).subarray(0, -20)],
  ])('reads %s, piece by piece', (_name, encoding, bytes) => {
    const body = new ErrorBody();
    for (let at = 0; at < bytes.length; at += 7) body.add(bytes.subarray(at, at + 7));
    expect(body.text(encoding)).toContain('<title>502 坏网关</title>');
  });

  it.each([
    ['zstd', Buffer.from('(not read)')],
    ['gzip', Buffer.from('not gzip at all')],
    ['gzip', gzipSync(Buffer.alloc(10_000_000))],
  ])('says nothing of %s that can not be read', (encoding, bytes) => {
    const body = new ErrorBody();
    body.add(bytes);
    expect(body.text(encoding)).toBe('');
  });

  it('keeps no more than its bound', () => {
    const body = new ErrorBody();
    for (let i = 0; i < 100; i += 1) body.add(Buffer.alloc(1_000, 'x'));
    expect(body.isFull).toBe(true);
    expect(body.text(undefined)).toHaveLength(ERROR_BODY_BYTES);
  });
});
