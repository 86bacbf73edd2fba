import { describe, expect, it } from 'vitest';
import { errorText } from '../errors/gateway-error.ts';
import { type AccessFacts, checkAccess } from './access.ts';

const LOOPBACK = '127.0.0.1';
const OWN_HOST = { host: '127.0.0.1:7860' };
const TOKEN = 'correct-horse';

function refusal(facts: Partial<AccessFacts>): string | undefined {
  const error = checkAccess({ method: 'GET', peer: LOOPBACK, headers: OWN_HOST, ...facts });
  return error && `${error.status} ${error.code} ${errorText(error)}`;
}

describe('without a token', () => {
  it.each([['127.0.0.1'], ['127.8.9.10'], ['::1'], ['::ffff:127.0.0.1']])('lets peer %s in', (peer) => {
    expect(refusal({ peer })).toBeUndefined();
  });

  it.each([['10.0.0.7'], ['192.168.1.2'], ['2001:db8::1'], ['::ffff:10.0.0.7'], ['1127.0.0.1'], [undefined]])(
    'refuses peer %s',
    (peer) => {
      expect(refusal({ peer })).toMatch(/^403 admin_forbidden .*does not come from this machine/);
    },
  );

  it.each([['127.0.0.1'], ['127.0.0.1:7860'], ['localhost'], ['LocalHost:1'], ['[::1]'], ['[::1]:7860']])(
    'takes Host %s',
    (host) => {
      expect(refusal({ headers: { host } })).toBeUndefined();
    },
  );

  it.each([
    ['evil.example'],
    ['127.0.0.1.evil.example'],
    ['localhost.evil.example:7860'],
    ['127.0.0.1:7860@evil.example'],
    ['10.0.0.7:7860'],
    [''],
    [undefined],
  ])('refuses Host %s', (host) => {
    expect(refusal({ headers: host === undefined ? {} : { host } })).toMatch(/^403 .*Host/);
  });

  it.each([['x-forwarded-for'], ['forwarded'], ['via'], ['x-real-ip'], ['cf-connecting-ip']])(
    'refuses what a proxy passed on (%s)',
    (name) => {
      expect(refusal({ headers: { ...OWN_HOST, [name]: '10.0.0.7' } })).toMatch(/^403 .*proxy/);
    },
  );

  it('does not care for a token that is presented all the same', () => {
    expect(refusal({ headers: { ...OWN_HOST, 'x-qcc-admin-token': 'any' } })).toBeUndefined();
  });
});

describe('with a token', () => {
  it.each([
    [{ authorization: `Bearer ${TOKEN}` }],
    [{ authorization: `bearer  ${TOKEN}` }],
    [{ 'x-qcc-admin-token': TOKEN }],
    [{ 'x-qcc-admin-token': TOKEN, 'x-forwarded-for': '10.0.0.7' }],
  ])('lets anyone in who presents it: %j', (headers) => {
    const facts = { token: TOKEN, peer: '10.0.0.7', headers: { host: 'gateway.example', ...headers } };
    expect(refusal(facts)).toBeUndefined();
  });

  it.each([
    [{}, 'an admin token is needed'],
    [{ authorization: `Basic ${TOKEN}` }, 'an admin token is needed'],
    [{ authorization: 'Bearer wrong' }, 'is wrong'],
    [{ authorization: `Bearer ${TOKEN}x` }, 'is wrong'],
    [{ 'x-qcc-admin-token': '' }, 'is wrong'],
    [{ 'x-qcc-admin-token': 'wrong', authorization: `Bearer ${TOKEN}` }, 'is wrong'],
  ])('refuses others, loopback included: %j', (headers, words) => {
    expect(refusal({ token: TOKEN, headers: { ...OWN_HOST, ...headers } })).toContain(words);
  });

  it('never repeats a token in its refusal', () => {
    const said = refusal({ token: TOKEN, headers: { ...OWN_HOST, 'x-qcc-admin-token': 'guess-4711' } });
    expect(said).not.toContain(TOKEN);
    expect(said).not.toContain('guess-4711');
  });
});

describe.each([
  ['without a token', {}, {}],
  ['with one', { token: TOKEN }, { 'x-qcc-admin-token': TOKEN }],
])('%s, a page', (_name, facts, credentials) => {
  it.each([
    ['http://127.0.0.1:7860', undefined],
    ['https://127.0.0.1:7860', undefined],
    ['http://127.0.0.1:3000', 'its Origin is another site'],
    ['http://localhost:7860', 'its Origin is another site'],
    ['https://evil.example', 'its Origin is another site'],
    ['null', 'its Origin is another site'],
    ['', 'its Origin is another site'],
  ])('of origin "%s" is told %s', (origin, words) => {
    const said = refusal({ ...facts, headers: { ...OWN_HOST, ...credentials, origin } });
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(words);
  });

  it.each([
    [{}, false],
    [{ 'content-type': 'text/plain' }, false],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, false],
    [{ 'content-type': 'text/plain; application/json' }, false],
    [{ 'content-type': 'application/jsonp' }, false],
    [{ 'x-qcc-admin': '0' }, false],
    [{ 'x-qcc-admin': '1' }, true],
    [{ 'content-type': 'application/json' }, true],
    [{ 'content-type': 'Application/JSON; charset=utf-8' }, true],
  ])('may change something with %j: %s', (headers, allowed) => {
    const said = refusal({ ...facts, method: 'POST', headers: { ...OWN_HOST, ...credentials, ...headers } });
    if (allowed) expect(said).toBeUndefined();
    else expect(said).toContain('a change needs the header x-qcc-admin: 1');
  });
});
