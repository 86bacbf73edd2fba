import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskKeys, redact } from './redact.ts';

describe('redact', () => {
  it.each<[string, string, readonly string[], string]>([
    ['everywhere', 'k=topsecret, again topsecret!', ['topsecret'], 'k=***, again ***!'],
    ['the longest first', 'abcdefgh', ['abcd', 'abcdefgh'], '***'],
    ['as a pattern never', 'a.c+ abc', ['a.c+'], '*** abc'],
    ['as JSON writes it', '{"k":"pass\\"word"}', ['pass"word'], '{"k":"***"}'],
    ['as a URL writes it', '?q=pass%2Fword', ['pass/word'], '?q=***'],
    ['not what is too short to be one', 'abc', ['a', ''], 'abc'],
    ['nothing without secrets', 'abc', [], 'abc'],
  ])('masks %s', (_name, text, secrets, masked) => expect(redact(text, secrets)).toBe(masked));

  it('leaves no secret in any text', () => {
    const secret = fc.string({ minLength: 4, maxLength: 20 }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(
        fc.array(secret, { maxLength: 4 }),
        fc.array(fc.string(), { maxLength: 5 }),
        (secrets, parts) => {
          const text = parts.flatMap((part, n) => [part, secrets[n % secrets.length] ?? '']).join('');
          for (const one of secrets) expect(redact(text, secrets)).not.toContain(one);
        },
      ),
    );
  });
});

describe('maskKeys', () => {
  const key = 'Q7x9-Tz_44kLmN8p';
  it.each([
    ['an Anthropic or OpenAI key', `invalid key sk-ant-api03-${key}.`],
    ['a project key', `sk-proj-${key}`],
    ['a Groq key', `gsk_${key.replaceAll('-', 'x')}`],
    ['a Google key', `AIzaSy${key}`],
    ['Bearer', `Authorization: Bearer ${key}`],
    ['bearer, in a raw header list', `["authorization","bearer ${key}"]`],
    ['Basic', `proxy-authorization: Basic ${key}==`],
    ['x-api-key', `x-api-key: ${key}`],
    ['X-Api-Key, joined', `X-Api-Key:${key}`],
    ['x-api-key in JSON', `{"x-api-key":"${key}"}`],
    ['x-api-key in JSON in JSON', `{\\"x-api-key\\": \\"${key}\\"}`],
    ['api_key in YAML', `api_key: '${key}'`],
    ['authorization without a scheme', `authorization=${key}`],
    ['a query', `GET /v1/models?alt=sse&key=${key}&x=1`],
    ['a URL with credentials', `socks5://user:${key}@127.0.0.1:1080`],
  ])('masks %s', (_name, text) => {
    const masked = maskKeys(text);
    expect(masked).not.toContain(key);
    expect(masked).not.toContain('Tz_44');
    expect(masked).toContain('***');
  });

  it.each([
    'POST /v1/messages (claude-sonnet-4-5, local)',
    'picked endpoint 1e3e69eb (https://jp.duckcoding.com:8443/v1), task-force ask-me',
    'HTTP 401 authentication_error: invalid x-api-key',
    'tokens 12 in / 34 out, basic plan, bearer of news',
    'config.yaml:3: api_key is missing',
  ])('leaves as it is: %s', (text) => expect(maskKeys(text)).toBe(text));

  it('keeps what tells which kind of key it was', () => {
    expect(maskKeys('sk-abcdefghij and x-api-key: abcdefghij')).toBe('sk-*** and x-api-key: ***');
    expect(maskKeys('https://u:p@h/x')).toBe('https://***@h/x');
  });
});
