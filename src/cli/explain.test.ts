import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXPLANATION, FAILED, RECOVERED, ROWS, RUNNING } from '../../test/doubles/cli-exchanges.ts';
import {
  error,
  type FakeGateway,
  GATEWAY,
  NOW,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import type { PageExplanation } from '../domain/explanation.ts';
import { readLogTail } from '../telemetry/telemetry.ts';
import { widthOf } from './width.ts';

process.env.TZ = 'UTC';

const UNKNOWN = [404, error('unknown_exchange', 'The ledger has no such exchange.')];
const ID = RECOVERED.id;
const PAGE = {
  kind: 'page',
  headline: 'Cloudflare’s 524 page, of relay.example.com.',
  what: 'The edge waited for 100 s without a byte.',
  fix: 'Say what the edge allows.',
  config: 'edge: { silence: 95s }',
  candidates: [FAILED],
};

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
  for (const language of ['en', 'zh'] as const) {
    gateway.answers.set(`GET ledger/${ID}/explanation?language=${language}`, EXPLANATION[language]);
    gateway.answers.set(`POST explain?language=${language}`, PAGE);
  }
  gateway.answers.set('GET exchanges', [RUNNING]);
  gateway.answers.set('GET ledger?limit=1000', ROWS);
  gateway.answers.set('GET ledger?failed=true&limit=1000', []);
  gateway.answers.set('GET ledger?failed=true&limit=1', [FAILED]);
  gateway.answers.set('GET ledger?lost=true&limit=1', [RECOVERED]);
});

afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  folder.remove();
});

const keyboard = { listen: () => () => {} };
const stdinOf = (...parts: readonly string[]) =>
  (async function* () {
    yield* parts;
  })();
const run = (words: readonly string[], more = {}) =>
  runWith(['explain', ...words], folder.home, { keyboard, readLogTail, ...more });
const UTF8 = { NO_COLOR: '1', LANG: 'en_US.UTF-8' };

describe.each(['en', 'zh'] as const)('in %s', (language) => {
  it.each([60, 80, 120])('reads as written down, within %d columns', async (columns) => {
    let out = '';
    const stdout = { isTTY: true, columns, write: (text: string) => (out += text) };
    expect(await run([ID], { language, stdout, env: UTF8 })).toMatchObject({ code: 0, err: '' });
    await expect(out).toMatchFileSnapshot(`./golden/${language}/explain-${columns}.txt`);
    for (const shown of out.split('\n')) expect(widthOf(shown)).toBeLessThanOrEqual(columns);
  });

  it('a page reads as written down', async () => {
    const { out } = await run(['524', 'status code (no body)'], { language });
    await expect(out).toMatchFileSnapshot(`./golden/${language}/explain-page.txt`);
  });
});

it('is drawn in ASCII where the locale is not UTF-8', async () => {
  const { out } = await run([ID], { env: { LANG: 'C' } });
  await expect(out).toMatchFileSnapshot('./golden/en/explain-ascii.txt');
});

it('has colours on a terminal', async () => {
  let out = '';
  const stdout = { isTTY: true, columns: 80, write: (text: string) => (out += text) };
  await run([ID], { stdout });
  expect(out).toContain('\u001b[3');
});

describe('finds what is meant', () => {
  it.each([
    ['an id', [ID]],
    ['its beginning', ['req-01kdxa7x']],
    ['a short beginning', ['req-01kdxa7']],
    ['its beginning without req-', ['01kdxa7x']],
    ['its end', ['xg2abc']],
    ['an upper-case id', [ID.toUpperCase()]],
    ['a header', [`x-qcc-request-id: ${ID}`]],
    ['words of a log line', ['INFO', `[${ID}]`, 'answered', '200']],
  ])('by %s', async (_name, words) => {
    for (const beginning of ['req-01kdxa7x', 'req-01kdxa7'])
      gateway.answers.set(`GET ledger/${beginning}`, { exchange: RECOVERED, attempts: [] });
    const { code, out } = await run(words);
    expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first: `${ID}  recovered` });
    expect(gateway.bodies).toEqual([]);
  });

  it('by a line on standard input', async () => {
    const stdin = stdinOf('x-qcc-request', `-id: ${ID}\r\n`);
    expect((await run(['-'], { stdin })).out).toContain(`${ID}  recovered`);
    const piped = stdinOf(ID);
    expect((await run([], { stdin: piped, keyboard: undefined })).out).toContain(`${ID}  recovered`);
  });

  it('a part of an id that fits none is no text', async () => {
    const { code, err } = await run(['req-9zzz']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('No exchange "req-9zzz"') });
    expect(gateway.bodies).toEqual([]);
  });

  it('by nothing: the newest request that went wrong, and says so', async () => {
    gateway.answers.set(`GET ledger/${FAILED.id}/explanation?language=en`, EXPLANATION.en);
    const { code, err } = await run([]);
    expect({ code, err }).toEqual({
      code: 0,
      err: `The newest request that failed: ${FAILED.id}, 1m ago.\n`,
    });
  });

  it('by nothing, where a newer one lost money', async () => {
    gateway.answers.set('GET ledger?failed=true&limit=1', []);
    expect((await run([])).err).toBe(`The newest request that lost money: ${ID}, 3m ago.\n`);
  });

  it('by nothing, where nothing is wrong', async () => {
    gateway.answers.set('GET ledger?failed=true&limit=1', []);
    gateway.answers.set('GET ledger?lost=true&limit=1', []);
    const { code, out } = await run([]);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'No request on the ledger failed or lost money. List them: qcc logs\n',
    });
  });
});

describe('a text', () => {
  it.each([
    [
      'of several words',
      ['API Error: 504 upstream request timeout'],
      'API Error: 504 upstream request timeout',
    ],
    ['of one word that no id ends with', ['timeout'], 'timeout'],
    ['with several ids', [`${ID} joined ${FAILED.id}`], `${ID} joined ${FAILED.id}`],
    ['with an id of somebody else', ['req_011CQk1y2z3'], 'req_011CQk1y2z3'],
  ])('%s goes to the gateway', async (_name, words, text) => {
    expect((await run(words)).code).toBe(0);
    expect(gateway.bodies).toEqual([{ text }]);
  });

  it.each(['é', 'y\n', '\u0000', '😀', '"'])('of %j without an end is bounded', async (piece) => {
    let read = 0;
    const stdin = (async function* () {
      for (; read < 100; read += 1) yield piece.repeat(50_000);
    })();
    await run(['-'], { stdin });
    const [body] = gateway.bodies as { text: string }[];
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(256 * 1024);
    expect(body?.text.length).toBeGreaterThan(30_000);
    expect(read).toBeLessThan(10);
  });

  it('that holds an id nobody knows is read as a text', async () => {
    gateway.answers.set('GET ledger/req-01kdxzzzzzzzz/explanation?language=en', UNKNOWN);
    await run(['Error 524 (req-01kdxzzzzzzzz)']);
    expect(gateway.bodies).toEqual([{ text: 'Error 524 (req-01kdxzzzzzzzz)' }]);
  });

  it('as JSON is what the gateway says', async () => {
    expect(JSON.parse((await run(['--json', 'HTTP 524'])).out)).toEqual(PAGE);
    expect(JSON.parse((await run(['--json', ID])).out)).toEqual({
      kind: 'exchange',
      explanation: EXPLANATION.en,
      foundBy: 'id',
    });
  });
});

describe('what the gateway makes of a text', () => {
  it('names an exchange, and what that rests on', async () => {
    const found = { kind: 'exchange', explanation: EXPLANATION.en, foundBy: 'its Ray ID' };
    gateway.answers.set('POST explain?language=en', found);
    const { code, out, err } = await run(['a page']);
    expect({ code, err }).toEqual({ code: 0, err: 'Found by its Ray ID.\n' });
    expect(out).toContain(EXPLANATION.en.headline.slice(0, 40));
  });

  it.each([
    [[], 1],
    [[FAILED], 0],
  ])('is nothing, with candidates %j', async (candidates, code) => {
    gateway.answers.set('POST explain?language=en', { ...PAGE, unrecognised: true, candidates });
    expect((await run(['hello', 'world'])).code).toBe(code);
  });
});

describe('nobody knows', () => {
  beforeEach(() => gateway.answers.set('GET ledger/req-01kdxzzzzzzzz/explanation?language=en', UNKNOWN));

  it('an id', async () => {
    const { code, err } = await run(['req-01kdxzzzzzzzz']);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('No exchange "req-01kdxzzzzzzzz"'),
    });
  });

  it('which of several', async () => {
    gateway.answers.set('GET ledger/req-01kdxa', UNKNOWN);
    const { code, err, out } = await run(['req-01kdxa']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('fits several') });
    expect(out).toContain(FAILED.id);
  });

  it.each([true, false])('but the log does; gateway running: %s', async (isRunning) => {
    const line = '2026-01-02 03:04:05.006 WARN [req-01kdxzzzzzzzz] turned away: bad_json \u001b[31m';
    writeFileSync(join(folder.home, 'proxy.log'), `${line}\nanother line\n`);
    if (!isRunning) writeFileSync(join(folder.home, 'proxy.pid'), '');
    const { code, out } = await run(['req-01kdxzzzzzzzz']);
    expect(code).toBe(0);
    expect(out).toContain('is not on the ledger');
    expect(out).toContain('turned away: bad_json');
    expect(out).not.toContain('\u001b[31m');
    expect(out).not.toContain('another');
    const asJson = JSON.parse((await run(['req-01kdxzzzzzzzz', '--json'])).out);
    expect(asJson).toMatchObject({ kind: 'log', lines: [expect.stringContaining('bad_json')] });
  });

  describe('without a gateway', () => {
    beforeEach(() => writeFileSync(join(folder.home, 'proxy.pid'), ''));

    it('nothing can be said of an id', async () => {
      const more = { explainPage: () => Promise.reject(new Error('not asked')) };
      expect(await run([ID], more)).toMatchObject({
        code: 1,
        err: expect.stringContaining('not running'),
      });
    });

    it.each([
      [PAGE, 0, 'this is what the text says by itself'],
      [{ ...PAGE, unrecognised: true }, 1, 'not running'],
    ])('a page is explained as such, if it is one', async (page, code, said) => {
      const asked: string[] = [];
      const explainPage = async (text: string) => {
        asked.push(text);
        return page as PageExplanation;
      };
      const ran = await run(['HTTP', '524'], { explainPage });
      expect(ran).toMatchObject({ code, err: expect.stringContaining(said) });
      expect(asked).toEqual(['HTTP 524']);
      expect(ran.out.includes(PAGE.what)).toBe(code === 0);
    });
  });
});
