import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fakeEndpointView } from '../../test/doubles/explain/fake-evidence.ts';
import { explainPage, type PageReading, readPage } from './explain.ts';

const FOLDER = new URL('../../test/fixtures/pages/', import.meta.url);
const NOW = Date.UTC(2026, 10, 22, 1, 0, 0);
const AT = Date.UTC(2026, 10, 22, 0, 54, 3);
const NOTHING = { exchangeIds: [], upstreamIds: [], rays: [] };
const RAY = ['9a2b7c1d3e4f5061'];
const OURS = ['req-01m2gq8z5c7k3'];
const HOST = 'api.relay-example.com';

/** What each file of the folder says, and which text explains it. */
const FILES: Readonly<Record<string, readonly [PageReading, RegExp]>> = {
  'cloudflare-524.html': [
    { ...NOTHING, maker: 'cloudflare', rays: RAY, status: 524, at: AT, host: HOST },
    /Cloudflare reached api\.relay-example\.com and waited/,
  ],
  'cloudflare-524.json': [
    { ...NOTHING, maker: 'cloudflare', rays: RAY, status: 524, at: AT, host: HOST },
    /Cloudflare reached api\.relay-example\.com and waited/,
  ],
  'nginx-504.html': [{ ...NOTHING, maker: 'nginx', status: 504 }, /A proxy \(nginx\) waited/],
  'openresty-502.html': [{ ...NOTHING, maker: 'nginx', status: 502 }, /A proxy \(nginx\) did not get/],
  'alb-504.html': [{ ...NOTHING, maker: 'alb', status: 504 }, /A proxy \(AWS ALB\) waited/],
  'sdk-no-body.txt': [{ ...NOTHING, maker: 'cloudflare', status: 524 }, /Cloudflare reached the server/],
  'sdk-timeout.txt': [{ ...NOTHING, maker: 'client-timeout' }, /The client itself gave up/],
  'sdk-connection.txt': [{ ...NOTHING, maker: 'client-connection' }, /connection broke/],
  'agent-504.txt': [
    { ...NOTHING, maker: 'gateway', exchangeIds: OURS, status: 504, code: 'first_byte_timeout' },
    /An error of QCC’s own, but the ledger has no such request/,
  ],
  'agent-524-html.txt': [
    { ...NOTHING, maker: 'cloudflare', rays: RAY, status: 524, host: HOST },
    /Cloudflare reached api\.relay-example\.com/,
  ],
  'log-line.txt': [{ ...NOTHING, maker: 'gateway', exchangeIds: OURS, status: 524 }, /An error of QCC’s own/],
  'log-line.json.txt': [
    {
      ...NOTHING,
      maker: 'gateway',
      exchangeIds: OURS,
      status: 502,
      at: AT + 120,
      code: 'all_attempts_failed',
    },
    /An error of QCC’s own/,
  ],
  'response-headers.txt': [
    { ...NOTHING, maker: 'gateway', exchangeIds: OURS, status: 504, at: AT, code: 'first_byte_timeout' },
    /An error of QCC’s own/,
  ],
  'vendor-529.json': [
    { ...NOTHING, maker: 'vendor', upstreamIds: ['req_011CRZ1kqD4uWx7yVb9eFmNa'], status: 529 },
    /A rate limit \(status 529\)/,
  ],
  'python-504.txt': [{ ...NOTHING, maker: 'unknown', status: 504 }, /A proxy/],
};

const read = (name: string) => readPage(readFileSync(new URL(name, FOLDER), 'utf8'), NOW);

describe('a pasted text', () => {
  it.each(readdirSync(FOLDER))('%s', (name) => {
    const [reading, what] = FILES[name] ?? [];
    expect(read(name)).toEqual(reading);
    const page = explainPage(read(name), { candidates: [], endpoints: [] }, 'en');
    expect(page).toMatchObject({ kind: 'page' });
    expect(page.kind === 'page' && page.what).toMatch(what ?? /nothing expected/);
    for (const language of ['en', 'zh'] as const)
      expect(
        JSON.stringify(explainPage(read(name), { candidates: [], endpoints: [] }, language)),
      ).not.toMatch(/\{[a-zA-Z]\w*(\|[^}]*)?\}|undefined|NaN/);
  });

  it('of the edge in front of an endpoint of ours names the endpoint, and gives the line for it', () => {
    const endpoints = [fakeEndpointView({ name: 'relay', baseUrl: `https://${HOST}/claude` })];
    const page = explainPage(read('cloudflare-524.html'), { candidates: [], endpoints }, 'en');
    expect(page).toMatchObject({
      headline: 'A page of Cloudflare’s, status 524, 2026-11-22 00:54:03 UTC, host api.relay-example.com',
      config: `clusters:\n  main:\n    endpoints:\n      - base_url: https://${HOST}/claude\n        edge: cloudflare`,
    });
    expect(page.kind === 'page' && page.what).toContain('It is the edge in front of your endpoint relay.');
  });

  it.each([
    ['nothing at all', ''],
    ['a poem', 'No mark is here, and none was asked for.'],
    ['a year and a price', 'In 2026 it cost 512 dollars'],
    ['a date of long ago in the future', '2099-01-01 00:00:00 UTC'],
    ['tags without an end', '<'.repeat(100_000)],
    ['a script without an end', `<script ${'<script>'.repeat(30_000)}`],
    ['an attribute without an end', `<a ${'x="'.repeat(80_000)}`],
    ['dots without an end', `<title>${'a.'.repeat(120_000)}`],
    ['dashes without an end', `https://${'a-'.repeat(120_000)}`],
    ['a lot of ids', Array.from({ length: 5_000 }, (_, i) => `req-${String(i).padStart(13, '0')}`).join(' ')],
  ])('says little and costs little: %s', (_, text) => {
    const reading = readPage(text, NOW);
    expect(reading.status).toBeUndefined();
    expect(reading.at).toBeUndefined();
    expect(reading.exchangeIds.length).toBeLessThanOrEqual(10);
  });
});
