import { describe, expect, it } from 'vitest';
import { isCredentialHeader, shownHeaders } from './shown-headers.ts';

describe('isCredentialHeader', () => {
  it.each([
    'authorization',
    'proxy-authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'ocp-apim-subscription-key',
    'cookie',
    'set-cookie',
    'set-cookie2',
    'x-qcc-admin-token',
    'x-auth-token',
    'x-amz-security-token',
    'x-csrf-token',
    'cf-access-client-secret',
    'cf-access-jwt-assertion',
    'x-forwarded-authorization',
    'x-authorization-copy',
    'x_api_key',
    'token',
  ])('%s is one', (name) => expect(isCredentialHeader(name)).toBe(true));

  it.each([
    'anthropic-ratelimit-tokens-remaining',
    'anthropic-ratelimit-input-tokens-reset',
    'x-ratelimit-remaining-tokens',
    'x-rate-limit-token',
    'retry-after',
    'request-id',
    'idempotency-key',
    'x-claude-code-session-id',
    'content-type',
    'cf-ray',
    'www-authenticate',
    'x-token-count',
    'author',
  ])('%s is none', (name) => expect(isCredentialHeader(name)).toBe(false));
});

describe('shownHeaders', () => {
  const headers = {
    authorization: 'Bearer topsecret-value',
    'x-echo': 'you sent topsecret-value',
    'x-other': 'sk-ant-api03-abcdefghijkl and endpoint-secret',
    'retry-after': '30',
  };

  it.each([
    ['mask', { authorization: '***' }],
    ['drop', {}],
  ] as const)('%ss credentials, and what they held wherever it stands', (credentials, more) => {
    expect(shownHeaders(headers, { credentials, secrets: ['endpoint-secret'] })).toEqual({
      ...more,
      'x-echo': 'you sent ***',
      'x-other': 'sk-*** and ***',
      'retry-after': '30',
    });
  });

  it('is bounded, and keeps what tells most', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-pad-${n}`, 'v'.repeat(5_000)]));
    const shown = shownHeaders(
      { ...many, 'anthropic-ratelimit-requests-remaining': '0' },
      { credentials: 'drop', secrets: [] },
    );
    expect(Object.keys(shown)).toHaveLength(40);
    expect(shown['anthropic-ratelimit-requests-remaining']).toBe('0');
    expect(shown['x-pad-0']).toHaveLength(200);
  });

  it('masks before it cuts: no half of a key stays', () => {
    const value = `${'v'.repeat(190)} sk-ant-api03-abcdefghijklmnop`;
    const shown = shownHeaders({ 'x-long': value }, { credentials: 'drop', secrets: [] });
    expect(shown['x-long']).not.toContain('api03');
  });

  it.each([
    ['Bearer', 'x'],
    ['Bearer', 'x '],
    ['', 'ab'],
  ])('takes a credential of any length: %s %s…', (scheme, repeated) => {
    for (const chars of [1_000, 5_000, 60_000]) {
      const credential = `${scheme} ${repeated.repeat(chars)}`.slice(0, chars);
      const shown = shownHeaders(
        { authorization: credential, 'x-echo': `sent ${credential}` },
        { credentials: 'mask', secrets: [] },
      );
      expect(shown.authorization).toBe('***');
      expect(shown['x-echo']).not.toContain(repeated.repeat(4));
    }
  });

  it('shows no value where there are more credentials than can be looked for', () => {
    const many = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, n) => [`x-${n}-key`, `secret-value-${n}`]),
    );
    const shown = shownHeaders(
      { 'retry-after': 'secret-value-7', ...many },
      { credentials: 'drop', secrets: [] },
    );
    expect(shown).toEqual({ 'retry-after': '***' });
  });

  it('masks no half of a credential, however many others were masked before it', () => {
    const secret = `secret-${'y'.repeat(150)}`;
    for (let before = 0; before < 700; before += 13) {
      const whole = secret.repeat(Math.floor(before / secret.length));
      const value = whole + 'x'.repeat(before - whole.length) + secret + 'z'.repeat(500);
      const shown = shownHeaders(
        { 'x-api-key': secret, 'x-echo': value },
        { credentials: 'drop', secrets: [] },
      );
      expect(shown['x-echo']).not.toMatch(/secret|yyy/);
    }
  });
});
