import { describe, expect, it } from 'vitest';
import { authenticate } from './client-auth.ts';

const KEYS = [
  { name: 'ann', key: 'qcc-ann-0123456789' },
  { name: 'bob', key: 'qcc-bob-0123456789' },
];

describe('authenticate', () => {
  it.each([
    ['x-api-key', { 'x-api-key': KEYS[0]!.key }, 'ann'],
    ['Bearer, in any case', { authorization: `bEARER ${KEYS[1]!.key}` }, 'bob'],
    ['api-key', { 'api-key': KEYS[1]!.key }, 'bob'],
    [
      'a right Bearer beside a wrong x-api-key',
      { 'x-api-key': 'other', authorization: `Bearer ${KEYS[0]!.key}` },
      'ann',
    ],
  ])('lets in by %s', (_, headers, name) => {
    expect(authenticate(headers, KEYS)).toMatchObject({ ok: true, value: { name } });
  });

  it.each([
    ['no key', {}, 401],
    ['a wrong key', { 'x-api-key': 'qcc-ann-012345678' }, 401],
    ['a wrong key of Claude Code', { 'x-api-key': 'x', 'user-agent': 'claude-cli/2.1.330 (external)' }, 403],
  ])('refuses %s', (_, headers, status) => {
    expect(authenticate(headers, KEYS)).toMatchObject({
      ok: false,
      error: { code: 'bad_client_key', status },
    });
  });

  it('without keys takes anybody, and tells credentials apart without keeping them', () => {
    const one = authenticate({ 'x-api-key': 'one' }, []);
    const two = authenticate({ authorization: 'Bearer two' }, []);
    expect(one).toMatchObject({ ok: true, value: { name: 'local' } });
    expect(JSON.stringify([one, two])).not.toMatch(/"one"|"two"/);
    expect(one).not.toEqual(two);
    expect(authenticate({}, [])).toMatchObject({ ok: true, value: { credential: '' } });
  });
});
