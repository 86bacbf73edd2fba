import { describe, expect, it } from 'vitest';
import type { Phase } from '../domain/outcome.ts';
import { networkFailure } from './network-error.ts';

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error(`message of ${code}`), { code, ...more });

describe('networkFailure', () => {
  it.each([
    ['ECONNREFUSED', 'connect', 'connect-failed', 'connect', 'network'],
    ['ENETUNREACH', 'connect', 'connect-failed', 'connect', 'network'],
    ['ENOTFOUND', 'dns', 'connect-failed', 'dns', 'network'],
    ['EAI_AGAIN', 'connect', 'connect-failed', 'dns', 'network'],
    ['ECONNREFUSED', 'dns', 'connect-failed', 'connect', 'network'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'connect', 'connect-failed', 'tls', 'upstream'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['CERT_HAS_EXPIRED', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['EPROTO', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['ECONNRESET', 'tls', 'connect-failed', 'tls', 'upstream'],
    ['UND_ERR_SOCKET', 'send', 'reset', 'send', 'upstream'],
    ['UND_ERR_SOCKET', 'wait', 'reset', 'wait', 'upstream'],
    ['UND_ERR_SOCKET', 'stream', 'reset', 'stream', 'upstream'],
    ['ECONNRESET', 'wait', 'reset', 'wait', 'network'],
    ['EPIPE', 'send', 'reset', 'send', 'network'],
    ['HPE_INVALID_CONSTANT', 'wait', 'not-api', 'wait', 'upstream'],
  ] as const)('%s while in %s: %s, %s, by %s', (code, at, cause, phase, endedBy) => {
    expect(networkFailure(coded(code), at as Phase)).toMatchObject({ cause, phase, endedBy });
  });

  it('names the address, where the error does', () => {
    const error = coded('ECONNREFUSED', { address: '127.0.0.1', port: 9 });
    expect(networkFailure(error, 'connect').detail).toBe('ECONNREFUSED 127.0.0.1:9');
  });

  it('says what OpenSSL says, without the lines of its source', () => {
    const error = coded('ERR_SSL_WRONG_VERSION_NUMBER', { reason: 'wrong version number' });
    expect(networkFailure(error, 'tls').detail).toBe('ERR_SSL_WRONG_VERSION_NUMBER: wrong version number');
  });

  it('looks into the error of several addresses, and into causes', () => {
    const several = new AggregateError([
      coded('ECONNREFUSED', { address: '::1', port: 9 }),
      coded('ETIMEDOUT'),
    ]);
    expect(networkFailure(several, 'connect').detail).toBe('ECONNREFUSED ::1:9');
    const wrapped = new Error('outer', { cause: coded('ENOTFOUND') });
    expect(networkFailure(wrapped, 'connect')).toMatchObject({ phase: 'dns' });
  });

  it('without a code says what there is, shortened', () => {
    const { detail } = networkFailure(new Error('x'.repeat(1_000)), 'connect');
    expect(detail.startsWith('no connection: xxx')).toBe(true);
    expect(detail.length).toBeLessThan(250);
  });
});
