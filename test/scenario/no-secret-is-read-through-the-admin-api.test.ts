import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/admin/routes.ts';
import type { EndpointView } from '../../src/domain/health.ts';
import type { ExchangeRecord } from '../../src/domain/ledger.ts';
import type { ConfigView } from '../../src/domain/view.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  gatewayWith,
  post,
  type RunningGateway,
  until,
} from '../harness/gateway.ts';
import { ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

/** One of a kind each, and unlike what a vendor's keys look like: no pattern can find them. */
const SECRETS = {
  token: 'Tausendschoen',
  clientKey: 'Butterblume',
  otherKey: 'Gaensebluemchen',
  apiKey: 'Vergissmeinnicht',
  secondKey: 'Schluesselblume',
  header: 'Ringelblume',
  bearer: 'Sonnenblume',
  proxyUser: 'Kornblume',
  proxyPassword: 'Glockenblume',
  webhook: 'Pusteblume',
  secret: 'Strohblume',
  glob: 'Kapuzinerkresse',
  cookie: 'Wegwarte',
  commented: 'Loewenzahn',
};

const ADMIN = { 'x-qcc-admin-token': SECRETS.token, 'x-qcc-admin': '1' };

let gateway: RunningGateway;
let exchanges: readonly ExchangeRecord[];
let endpoints: readonly EndpointView[];

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}/__qcc__/${path}`, { ...init, headers: { ...ADMIN, ...init.headers } });

const json = async <T>(path: string) => (await (await ask(path)).json()) as T;

/** Every secret that a text gives away. */
const readIn = (text: string): string[] =>
  Object.entries(SECRETS).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

beforeEach(async () => {
  // An upstream that says back what it was told, in body and headers, as careless ones do.
  const careless = await ownUpstream(({ headers }, response) => {
    const told = `the key ${headers['x-api-key']} (${headers.authorization}) with x-extra ${headers['x-extra']}`;
    response.writeHead(500, {
      'content-type': 'application/json',
      'set-cookie': `session=${SECRETS.cookie}`,
      'x-api-key': String(headers['x-api-key']),
    });
    response.end(JSON.stringify({ error: { type: 'api_error', message: told } }));
  });
  gateway = await gatewayWith(`admin: { token: ${SECRETS.token} }
auth:
  keys: [{ name: laptop, key: ${SECRETS.clientKey} }, ${SECRETS.otherKey}]
retry: { max: 1, base: 1ms, cap: 1ms }
clusters:
  main:
    endpoints:
      - name: careless
        base_url: "${careless.url}"
        api_key: ${SECRETS.apiKey} # before: token=${SECRETS.commented}
        headers: { x-extra: ${SECRETS.header}, x-other: Bearer ${SECRETS.bearer} }
      - name: away
        base_url: "http://127.0.0.1:9"
        api_key: ${SECRETS.secondKey}
        proxy: http://${SECRETS.proxyUser}:${SECRETS.proxyPassword}@127.0.0.1:9
routes:
  - { name: team, match: { headers: { authorization: "*${SECRETS.glob}*" } } }
alerts:
  - { webhook: "http://127.0.0.1:9/${SECRETS.webhook}", secret: ${SECRETS.secret}, on: [endpoint_down] }
`);
  const answer = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, {
    'x-api-key': SECRETS.clientKey,
    cookie: `session=${SECRETS.cookie}`,
  });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(readIn(await answer.text())).toEqual([]);
  await until(async () => (await json<readonly ExchangeRecord[]>('ledger')).some(({ endedAt }) => endedAt));
  exchanges = await json('ledger');
  endpoints = await json('endpoints');
});

/** A path for each route of the API. */
function pathsOf(method: 'GET' | 'POST'): readonly string[] {
  const names: Record<string, readonly string[]> = {
    clusters: ['main'],
    ledger: exchanges.map(({ id }) => id),
    endpoints: endpoints.map(({ id }) => id),
    exchanges: ['req-none'],
  };
  return ROUTES.filter((route) => route.method === method).flatMap(({ pattern }) => {
    const [first = ''] = pattern.split('/');
    return pattern.includes('*') ? (names[first] ?? []).map((name) => pattern.replace('*', name)) : [pattern];
  });
}

describe('whoever may read the admin API', () => {
  it('reads no secret in any answer', async () => {
    for (const path of [...pathsOf('GET'), 'ledger?attempts=true']) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 200]);
      const headers = JSON.stringify([...answer.headers]);
      expect([path, readIn((await answer.text()) + headers)]).toEqual([path, []]);
    }
    expect(pathsOf('GET').length).toBeGreaterThan(15);
  });

  it('reads none in the live stream', async () => {
    const aborter = new AbortController();
    const answer = await ask('live', { signal: aborter.signal });
    const reader = answer.body!.getReader();
    let text = '';
    void post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-api-key': SECRETS.clientKey });
    while (!text.includes('event: exchange') || !text.includes('event: live')) {
      const { value } = await reader.read();
      text += Buffer.from(value ?? []).toString();
    }
    aborter.abort();
    expect(readIn(text)).toEqual([]);
  });

  it('reads none in what a change or a question is answered with', async () => {
    const harmless = pathsOf('POST').filter((path) => path !== 'stop' && !path.startsWith('config/'));
    const bodies: Record<string, unknown> = {
      'what-if': { path: '/v1/messages', clientKey: 'laptop' },
      explain: { text: `524 ${exchanges[0]?.id}` },
    };
    for (const path of harmless) {
      const body = JSON.stringify(bodies[path] ?? {});
      const answer = await ask(path, { method: 'POST', body });
      expect([path, readIn(await answer.text())]).toEqual([path, []]);
    }
    const checkup = await ask('doctor', { method: 'POST', body: '{"endpoint":"careless"}' });
    expect(checkup.status).toBe(200);
    expect(readIn(await checkup.text())).toEqual([]);
  });

  it('edits the configuration without reading them, mistakes included', async () => {
    const { text, version } = await json<ConfigView>('config');
    const mistakes = [
      text.replace('alerts:', 'alarms:'),
      text.replace('name: careless', 'name: "***3"'),
      text.replaceAll(/"\*\*\*(\d)"/g, '{ wrong: "***$1" }'),
      text.replaceAll(/"\*\*\*(\d)"/g, '["***$1"]'),
      text.replace('strategy', 'strategies'),
      `${text}\n  : [`,
      text.replaceAll('"***', '"x***'),
    ];
    for (const edited of mistakes) {
      const body = JSON.stringify({ text: edited, version });
      for (const path of ['config/check', 'config/apply']) {
        const answer = await (await ask(path, { method: 'POST', body })).text();
        expect([edited, path, readIn(answer)]).toEqual([edited, path, []]);
      }
    }
    const renamed = text.replace('name: careless', 'name: renamed');
    const { version: current } = await json<ConfigView>('config');
    const body = JSON.stringify({ text: renamed, version: current });
    const applied = await ask('config/apply', { method: 'POST', body });
    expect(await applied.json()).toMatchObject({ kind: 'applied', endpoints: 2 });
    const answer = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, {
      'x-api-key': SECRETS.clientKey,
    });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    const log = JSON.stringify(gateway.log);
    expect(readIn(log)).toEqual([]);
  });
});

describe('who may not', () => {
  it.each([
    ['without the token', {}],
    ['with another', { 'x-qcc-admin-token': 'Distel' }],
    ['from a page of another origin', { ...ADMIN, origin: 'https://evil.example' }],
    ['from such a page that sends no origin', { ...ADMIN, 'sec-fetch-site': 'cross-site' }],
    ['from another port of this machine', { ...ADMIN, 'sec-fetch-site': 'same-site' }],
  ])('reads and does nothing %s', async (_, headers: Record<string, string>) => {
    for (const method of ['GET', 'POST'] as const) {
      for (const path of [...pathsOf(method), method === 'GET' ? 'live' : 'doctor']) {
        const answer = await fetch(`${gateway.url}/__qcc__/${path}`, {
          method,
          headers: { 'x-qcc-admin': '1', ...headers },
        });
        expect([path, answer.status]).toEqual([path, 403]);
        expect(await answer.json()).toMatchObject({ error: { code: 'admin_forbidden' } });
      }
    }
  });

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a text', { 'content-type': 'text/plain' }],
    ['nothing', {}],
    ['JSON in name only', { 'content-type': 'text/plain; x=application/json' }],
  ])('a change needs more than what a page can send by itself: %s', async (_, headers) => {
    for (const path of [...pathsOf('POST'), 'doctor']) {
      const answer = await fetch(`${gateway.url}/__qcc__/${path}`, {
        method: 'POST',
        headers: { 'x-qcc-admin-token': SECRETS.token, ...(headers as Record<string, string>) },
      });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect((await gateway.view().catch(() => undefined))?.draining).not.toBe(true);
  });
});
