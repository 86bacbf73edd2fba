import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, maskedStart, maskKeys, redact } from './redact.ts';

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

  it.each([300, 5_000, 100_000])('masks a secret of %d characters, without a rest', (chars) => {
    const secret = Array.from({ length: chars }, (_, n) => String.fromCharCode(97 + (n % 23))).join('');
    expect(redact(`<${secret}>`, [secret])).toMatch(/^<(\*\*\*)+>$/);
  });

  it('takes thousands of long secrets', () => {
    const secrets = Array.from({ length: 3_000 }, (_, n) => `${'s'.repeat(100)}${n}.`);
    expect(redact(secrets.join(' '), secrets)).toMatch(/^(\*\*\* ?)+$/);
  });

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
    ['a scheme in capitals', `BEARER ${key}`],
    ['a header in capitals', `X-API-KEY: ${key}`],
    ['a token in capitals', `ACCESS_TOKEN=${key}`],
    ['a query in capitals', `GET /v1/models?KEY=${key}`],
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

describe('maskedStart', () => {
  it('is the text’s beginning; the end of a part that was cut is not shown, since it may be half a secret', () => {
    const mask = (text: string) => redact(text, ['topsecret']);
    expect(maskedStart('short topsecret', 100, mask)).toBe('short ***');
    expect(maskedStart('x'.repeat(5_000), 100, mask)).toBe('x'.repeat(100));
    expect(maskedStart(`${'topsecret'.repeat(39)}topse`.padEnd(5_000, 'x'), 100, mask)).not.toContain('t');
  });
});

it('a masker knows of every text it would change', () => {
  const masker = createMasker(['pass"word', 'a/b/c/d']);
  const piece = fc.constantFrom(
    ...['sk-', 'hf-', 'pplx_', 'ghp-', 'Bearer ', 'basic\t', 'abcdefgh', '123456', ' ', '"', ':', '='],
    ...['x-api-key', 'api_key', 'x-goog-api-key', 'access-token', 'authorization', '?key=', '&key=', '@'],
    ...['https://', 'AKIA', 'AIza', 'pass"word', 'pass\\"word', 'a%2Fb%2Fc%2Fd', 'a/b/c/d'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      if (!masker.mayHold(text)) expect(masker.mask(text)).toBe(text);
      let unchecked = text;
      for (const part of ['pass"word', 'pass\\"word', 'a%2Fb%2Fc%2Fd', 'a/b/c/d'])
        unchecked = unchecked.replaceAll(part, '***');
      // The cheap look must let through whatever a shape matches: an "@" forces all shapes to be tried.
      expect(`@ ${maskKeys(unchecked)}`).toBe(maskKeys(`@ ${unchecked}`));
    }),
    { numRuns: 500 },
  );
});
