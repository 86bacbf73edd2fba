import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeAdmin, fakeAdmin } from '../../test/doubles/fake-admin.ts';

const HTML = `<!doctype html><title>QCC</title>${'<p>'.repeat(200)}`;
const SCRIPT = `console.log(1);${' '.repeat(500)}`;

let folder: string;
let admin: FakeAdmin;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-page-'));
  mkdirSync(join(folder, 'dashboard/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not for you');
  writeFileSync(join(folder, 'dashboard/index.html'), HTML);
  writeFileSync(join(folder, 'dashboard/notes.html'), 'not listed');
  writeFileSync(join(folder, 'dashboard/assets/app-1a2b.js'), SCRIPT);
  writeFileSync(join(folder, 'dashboard/assets/app-1a2b.css'), 'p{}');
  writeFileSync(join(folder, 'dashboard/assets/app-1a2b.js.map'), '{}');
  symlinkSync('../../secret.txt', join(folder, 'dashboard/assets/link.js'));
  admin = await fakeAdmin({ dashboard: join(folder, 'dashboard') });
});

afterEach(async () => {
  await admin.close();
  rmSync(folder, { recursive: true });
});

describe('the dashboard’s files', () => {
  it.each([
    ['', 'text/html; charset=utf-8', HTML, 'no-cache'],
    ['index.html', 'text/html; charset=utf-8', HTML, 'no-cache'],
    ['assets/app-1a2b.js', 'text/javascript; charset=utf-8', SCRIPT, 'public, max-age=31536000, immutable'],
    ['assets/app-1a2b.css', 'text/css; charset=utf-8', 'p{}', 'public, max-age=31536000, immutable'],
  ])('GET %s', async (path, type, body, cache) => {
    const told = await admin.ask('GET', `/__qcc__/${path}`);
    expect(told).toMatchObject({ status: 200, body });
    expect(told.headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    const policy = told.headers['content-security-policy'];
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('are sent compressed to those who take it', async () => {
    const answer = await admin.open('GET', '/__qcc__/', { 'accept-encoding': 'br, gzip;q=0.8' });
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(Buffer.concat(parts)).toString()).toBe(HTML);
  });

  it.each([[{}], [{ 'accept-encoding': 'br' }], [{ 'accept-encoding': 'gzip;q=0' }]])(
    'are sent as they are for %j',
    async (headers) => {
      const told = await admin.ask('GET', '/__qcc__/', headers);
      expect(told.body).toBe(HTML);
      expect(told.headers['content-encoding']).toBeUndefined();
    },
  );

  it('are not sent again to those who have them', async () => {
    const { headers } = await admin.ask('GET', '/__qcc__/');
    const told = await admin.ask('GET', '/__qcc__/', { 'if-none-match': headers.etag ?? '' });
    expect(told).toMatchObject({ status: 304, body: '' });
  });

  it('HEAD has the head alone', async () => {
    const told = await admin.ask('HEAD', '/__qcc__/');
    expect(told).toMatchObject({ status: 200, body: '' });
    expect(told.headers['content-length']).toBe(String(HTML.length));
  });

  it.each([
    'notes.html',
    'assets/app-1a2b.js.map',
    'assets/none.js',
    'assets/link.js',
    'assets/',
    'assets/../../secret.txt',
    'assets/..%2f..%2fsecret.txt',
    'assets/%2e%2e/%2e%2e/secret.txt',
    'assets//etc/passwd',
    '../secret.txt',
    'index.html/..',
    'assets/app-1a2b.js%00',
  ])('%s is none of them', async (path) => {
    const told = await admin.ask('GET', `/__qcc__/${path}`);
    expect(told).toMatchObject({ status: 404, body: { error: { code: 'unknown_path' } } });
  });

  it('the address without its slash leads there', async () => {
    const told = await admin.ask('GET', '/__qcc__');
    expect(told.status).toBe(307);
    expect(told.headers.location).toBe('/__qcc__/');
  });

  it('can’t be posted to', async () => {
    expect(await admin.post('/__qcc__/')).toMatchObject({ status: 404 });
  });

  it('need no token, unlike the data', async () => {
    admin.token = 'correct-horse';
    expect(await admin.ask('GET', '/__qcc__/', { host: 'gateway.example' })).toMatchObject({ status: 200 });
    expect(await admin.ask('GET', '/__qcc__/assets/app-1a2b.js')).toMatchObject({ status: 200 });
    expect(await admin.ask('GET', '/__qcc__/status')).toMatchObject({ status: 403 });
  });

  it('without a token are for this machine alone, under its own name', async () => {
    for (const path of ['', 'assets/app-1a2b.js']) {
      expect(await admin.ask('GET', `/__qcc__/${path}`, { host: 'evil.example' })).toMatchObject({
        status: 403,
      });
      expect(await admin.ask('GET', `/__qcc__/${path}`, { 'x-forwarded-for': '10.0.0.7' })).toMatchObject({
        status: 403,
      });
    }
  });
});

describe('a dashboard that is not built', () => {
  it('says how to build it, and is there once it is', async () => {
    rmSync(join(folder, 'dashboard'), { recursive: true });
    const told = await admin.ask('GET', '/__qcc__/');
    expect(told).toMatchObject({ status: 200, body: expect.stringContaining('npm run build') });
    expect(told.headers['cache-control']).toBe('no-cache');
    mkdirSync(join(folder, 'dashboard/assets'), { recursive: true });
    writeFileSync(join(folder, 'dashboard/index.html'), HTML);
    expect(await admin.ask('GET', '/__qcc__/')).toMatchObject({ body: HTML });
  });
});
