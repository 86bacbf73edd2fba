import { describe, expect, it } from 'vitest';
import { judgeClock } from './clock-step.ts';
import { isLoopback } from './config-step.ts';
import { type DnsMeasured, judgeDns } from './dns-step.ts';
import { hopsIn, judgeHops } from './hops-step.ts';
import { type HttpMeasured, judgeHttp } from './http-step.ts';
import { judgeProxy, proxyVariables } from './proxy-step.ts';
import { type AddressTries, judgeTcp } from './tcp-step.ts';
import { sayIn } from './texts.ts';
import { judgeNoTls, judgeTls, type TlsMeasured } from './tls-step.ts';

const say = sayIn('en');
const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;

describe('judgeDns', () => {
  const fine: DnsMeasured = {
    host: 'api.example.com',
    addresses: ['203.0.113.7', '2001:db8::7'],
    lookupMs: 12,
    served: ['203.0.113.7', '2001:db8::7'],
  };
  it.each([
    [{}, 'ok', /2 address/],
    [{ addresses: [], code: 'ENOTFOUND' }, 'bad', /There is no host/],
    [{ addresses: [], code: 'EAI_AGAIN' }, 'bad', /name server does not say.*EAI_AGAIN/],
    [{ addresses: [], code: 'ETIMEDOUT' }, 'bad', /name server/],
    [{ lookupMs: 1_001 }, 'warning', /took 1001 ms/],
    [{ lookupMs: 1_000 }, 'ok', /found in/],
  ] as const)('%j: %s', (more, status, summary) => {
    const found = judgeDns({ ...fine, ...more }, say);
    expect(found.status).toBe(status);
    expect(found.summary).toMatch(summary);
  });

  it.each([
    [['203.0.113.7'], ['203.0.113.7'], undefined],
    [['10.0.0.7'], ['203.0.113.7'], /hosts file/],
    [['198.18.0.12'], ['203.0.113.7'], /local proxy/],
    [['203.0.113.7'], undefined, undefined],
  ])('%j here, %j at the name servers', (addresses, served, remark) => {
    const { served: _, ...rest } = fine;
    const found = judgeDns({ ...rest, addresses, ...(served ? { served } : {}) }, say);
    expect(found.status).toBe('ok');
    const last = found.details?.slice(addresses.length).join() ?? '';
    if (remark) expect(last).toMatch(remark);
    else expect(last).toBe('');
  });
});

describe('judgeTcp', () => {
  const good: AddressTries = { address: '203.0.113.7', times: [20, 22, 21, 80, 20], failures: [] };
  const all = (address: string, code: string): AddressTries => ({
    address,
    times: [],
    failures: [code, code],
  });
  it.each<[string, AddressTries[], string, string[]]>([
    ['quick', [good], 'ok', []],
    ['201 ms', [{ ...good, times: [201, 201, 201] }], 'warning', ['warning']],
    ['200 ms', [{ ...good, times: [200, 200, 200] }], 'ok', []],
    [
      'one of five lost',
      [{ ...good, times: [20, 20, 20, 20], failures: ['ETIMEDOUT'] }],
      'warning',
      ['warning'],
    ],
    [
      'slow and lossy',
      [{ ...good, times: [300], failures: ['ETIMEDOUT'] }],
      'warning',
      ['warning', 'warning'],
    ],
    ['refused', [all('203.0.113.7', 'ECONNREFUSED')], 'bad', ['bad']],
    ['silent', [all('203.0.113.7', 'ETIMEDOUT')], 'bad', ['bad']],
    ['no address', [], 'bad', ['bad']],
    ['no IPv6 here', [good, all('2001:db8::7', 'ENETUNREACH')], 'ok', []],
    ['nothing but IPv6, and none here', [all('2001:db8::7', 'ENETUNREACH')], 'bad', ['bad']],
    ['an IPv6 address that is silent', [good, all('2001:db8::7', 'ETIMEDOUT')], 'warning', ['warning']],
    ['one address of two is dead', [good, all('203.0.113.8', 'ECONNREFUSED')], 'warning', ['warning']],
    [
      '::1 refuses, 127.0.0.1 answers',
      [all('::1', 'ECONNREFUSED'), { ...good, address: '127.0.0.1' }],
      'ok',
      [],
    ],
  ])('%s', (_, tries, status, severities) => {
    const found = judgeTcp(tries, 443, say);
    expect(found.status).toBe(status);
    expect(found.complaints?.map(({ severity }) => severity) ?? []).toEqual(severities);
    expect(found.details).toHaveLength(tries.length);
  });

  it('says least, middle and most of each address', () => {
    expect(judgeTcp([good], 443, say).details).toEqual([
      '203.0.113.7: min 20 ms, median 21 ms, max 80 ms; 0 of 5 failed',
    ]);
  });
});

describe('judgeTls', () => {
  const fine: TlsMeasured = {
    host: 'api.example.com',
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    subject: 'api.example.com',
    issuer: 'Example CA',
    names: 'api.example.com',
    validFrom: NOW - 30 * DAY_MS,
    validTo: NOW + 60 * DAY_MS,
    handshakeMs: 30,
    wrongName: false,
  };
  it.each<[Partial<TlsMeasured>, string, RegExp]>([
    [{}, 'ok', /good for 60 more days/],
    [{ validTo: NOW + 14 * DAY_MS }, 'ok', /14 more days/],
    [{ validTo: NOW + 14 * DAY_MS - 1 }, 'warning', /days left: 13\)/],
    [{ validTo: NOW + DAY_MS / 2 }, 'warning', /days left: 0\)/],
    [
      { validTo: NOW - DAY_MS / 2, distrust: 'CERT_HAS_EXPIRED' },
      'bad',
      /expired on 2026-11-21 \(days ago: 1\)/,
    ],
    [{ validFrom: NOW + DAY_MS, distrust: 'CERT_NOT_YET_VALID' }, 'bad', /only valid from 2026-11-23/],
    [{ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'bad', /self-signed/],
    [{ distrust: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'bad', /issuer is not known/],
    [{ distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'bad', /intermediate/],
    [{ distrust: 'CERT_REVOKED' }, 'bad', /not trusted \(CERT_REVOKED\)/],
    [{ wrongName: true, distrust: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'bad', /not made out to api/],
    // What keeps it from connecting is said before what will.
    [{ validTo: NOW + DAY_MS, wrongName: true }, 'bad', /not made out to api/],
  ])('%j: %s', (more, status, summary) => {
    const found = judgeTls({ ...fine, ...more }, NOW, say);
    expect(found.status).toBe(status);
    expect(found.summary).toMatch(summary);
  });

  it.each([
    ['EPROTO', 'tls', 'EPROTO: write EPROTO ... wrong version number', /does not speak TLS/],
    ['ECONNRESET', 'tls', 'ECONNRESET: closed during the handshake', /handshake with .* fails/],
    ['ECONNREFUSED', 'connect', 'ECONNREFUSED 127.0.0.1:1', /No connection/],
  ] as const)('%s in phase %s', (code, phase, detail, what) => {
    const found = judgeNoTls({ code, phase, detail }, 'h', 443, say);
    expect(found).toMatchObject({ status: 'bad', summary: expect.stringMatching(what) });
  });
});

describe('judgeClock', () => {
  const there = Date.parse('Sun, 22 Nov 2026 00:00:00 GMT');
  it.each([
    [0, 'ok', /agrees/],
    [60_000, 'ok', /agrees/],
    [61_000, 'warning', /61\.0 s ahead/],
    [-61_000, 'warning', /61\.0 s behind/],
    [86_400_000, 'warning', /ahead/],
  ])('%i ms off: %s', (offMs, status, summary) => {
    // Half a second, since a Date is half a second behind on average.
    const askedAt = there + 500 + offMs - 100;
    const found = judgeClock({ date: 'Sun, 22 Nov 2026 00:00:00 GMT', askedAt, heardAt: askedAt + 200 }, say);
    expect(found.status).toBe(status);
    expect(found.summary).toMatch(summary);
  });

  it.each([undefined, '', 'yesterday'])('a Date of %s: nothing to compare with', (date) => {
    expect(judgeClock({ date, askedAt: 0, heardAt: 1 }, say).status).toBe('skipped');
  });
});

describe('judgeProxy', () => {
  const proxy = 'http://user:hidden@proxy.example:3128';
  it.each([
    [{ tookMs: 12 }, 'ok', undefined],
    [
      { code: '', phase: 'connect', detail: 'no connection: proxy p answered CONNECT with 407' },
      'bad',
      /login/,
    ],
    [
      { code: '', phase: 'connect', detail: 'no connection: proxy p answered CONNECT with 403' },
      'bad',
      /refuses/,
    ],
    [
      { code: 'ECONNREFUSED', phase: 'connect', detail: 'ECONNREFUSED 127.0.0.1:1' },
      'bad',
      /whether it runs/,
    ],
  ] as const)('%j: %s', (opened, status, fix) => {
    const found = judgeProxy(proxy, opened, say);
    expect(found.status).toBe(status);
    if (fix) expect(found.complaints?.[0]?.fix).toMatch(fix);
    expect(JSON.stringify(found)).not.toContain('hidden');
  });

  it('variables that other programs heed', () => {
    expect(proxyVariables({ HTTPS_PROXY: 'http://p', http_proxy: '', NO_PROXY: 'x' })).toEqual([
      'HTTPS_PROXY',
    ]);
  });
});

describe('judgeHttp', () => {
  const answer = (headMs: number, status = 404, headers: Record<string, string> = {}) => ({
    status,
    headers,
    body: Buffer.alloc(0),
    headMs,
    totalMs: headMs,
    longestSilenceMs: headMs,
  });
  const silent = (timedOut: boolean) => ({
    headers: {},
    body: Buffer.alloc(0),
    totalMs: 10_000,
    longestSilenceMs: 10_000,
    failure: { phase: 'wait' as const, detail: 'the connection was closed', timedOut },
  });
  const times = (...ms: number[]): HttpMeasured => ({ answers: ms.map((one) => answer(one)) });
  it.each<[string, HttpMeasured, string, RegExp]>([
    ['quick', times(90, 30, 31, 29), 'ok', /answers in 30 ms/],
    ['the first one does not count', times(900, 30, 31, 29), 'ok', /answers in 30 ms/],
    ['slow', times(900, 301, 301, 301), 'warning', /takes 301 ms/],
    [
      'slow only since the way is long',
      { ...times(900, 471, 471, 471), tcpMedianMs: 308 },
      'ok',
      /in 471 ms/,
    ],
    ['slow besides', { ...times(900, 600, 600, 600), tcpMedianMs: 308 }, 'warning', /takes 600 ms/],
    ['silent', { answers: [silent(true)] }, 'bad', /No answer within/],
    ['broken', { answers: [silent(false)] }, 'bad', /connection was closed/],
    ['nothing', { answers: [] }, 'bad', /No HTTP answer/],
    ['a server that is gone', { answers: [answer(20, 502)] }, 'bad', /cannot reach the server.*Bad Gateway/],
    [
      'a redirect',
      { answers: [answer(20, 301, { location: '/login' })] },
      'bad',
      /redirect \(HTTP 301\) to \/login/,
    ],
    ['a refusal', { answers: [answer(20, 401)] }, 'ok', /answers in/],
  ])('%s', (_, measured, status, summary) => {
    const found = judgeHttp(measured, 'Bad Gateway', say);
    expect(found.status).toBe(status);
    expect(found.summary).toMatch(summary);
  });

  it.each([
    [20, /server or a proxy/],
    [180, /way is long/],
    [undefined, /way is long/],
  ])('slow where connecting takes %s ms', (tcpMedianMs, fix) => {
    const measured = { ...times(900, 300, 300, 300), ...(tcpMedianMs === undefined ? {} : { tcpMedianMs }) };
    expect(judgeHttp(measured, '', say).complaints?.[0]?.fix).toMatch(fix);
  });
});

describe('hops', () => {
  const TRACEROUTE = `traceroute to 203.0.113.7 (203.0.113.7), 30 hops max, 60 byte packets
 1  192.168.1.1  0.512 ms
 2  *
 3  203.0.113.7  31.2 ms
`;
  const TRACEPATH = ` 1?: [LOCALHOST]                      pmtu 1500
 1:  192.168.1.1                                           0.512ms
 1:  192.168.1.1                                           0.402ms
 2:  no reply
 3:  203.0.113.7                                          31.2ms reached
     Resume: pmtu 1500 hops 3 back 3
`;
  const TRACERT = `
Tracing route to 203.0.113.7 over a maximum of 30 hops

  1    <1 ms    <1 ms    <1 ms  192.168.1.1
  2     *        *        *     Request timed out.
  3    31 ms    30 ms    31 ms  203.0.113.7
`;
  it.each([
    ['traceroute', TRACEROUTE],
    ['tracepath', TRACEPATH],
    ['tracert', TRACERT],
  ])('as %s writes them', (program, output) => {
    const hops = hopsIn(output);
    expect(hops.map(({ address }) => address)).toEqual(['192.168.1.1', undefined, '203.0.113.7']);
    expect(hops[2]?.ms).toBeCloseTo(31, 0);
    expect(judgeHops(hops, '203.0.113.7', program, say)).toMatchObject({
      status: 'ok',
      summary: expect.stringMatching(/^3 hops/),
    });
    expect(judgeHops(hops, '203.0.113.9', program, say).summary).toMatch(/the rest keep silent/);
  });

  it.each(['', 'traceroute: permission denied', ' 1  *\n 2  *\n'])(
    '%j: nobody answers, and nothing is wrong',
    (output) => {
      expect(judgeHops(hopsIn(output), '203.0.113.7', 'traceroute', say).status).toBe('skipped');
    },
  );
});

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['api.localhost', true],
  ['127.example.com', false],
  ['10.0.0.1', false],
  ['localhost.example.com', false],
])('is %s this machine: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});
