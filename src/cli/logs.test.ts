import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAILED, LIVE, RECOVERED, ROWS } from '../../test/doubles/cli-exchanges.ts';
import {
  type FakeGateway,
  GATEWAY,
  NOW,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import { widthOf } from './width.ts';

process.env.TZ = 'UTC';

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
  gateway.answers.set('GET ledger', ROWS);
});

afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  folder.remove();
});

const run = (line: string, more = {}) => runWith(line.split(' '), folder.home, more);

describe.each(['en', 'zh'] as const)('in %s', (language) => {
  it.each([60, 80, 120, 200])('reads as written down, within %d columns', async (columns) => {
    let out = '';
    const stdout = { isTTY: true, columns, write: (text: string) => (out += text) };
    const ran = await run('logs', { language, stdout, env: { NO_COLOR: '1' } });
    expect(ran).toMatchObject({ code: 0, err: '' });
    await expect(out).toMatchFileSnapshot(`./golden/${language}/logs-${columns}.txt`);
    for (const shown of out.split('\n')) expect(widthOf(shown)).toBeLessThanOrEqual(columns);
  });
});

describe('what is asked', () => {
  it.each([
    ['logs --slow 100 --limit 7', 'GET ledger?slow=100000&limit=7'],
    ['logs --slow 0.5', 'GET ledger?slow=500'],
    ['logs --failed --lost', 'GET ledger?failed=true&lost=true'],
    [
      'logs --since 24h --model a/b --client c --endpoint cooling --cause edge-timeout',
      `GET ledger?since=${NOW - 24 * 3_600_000}&model=a%2Fb&client=c&endpoint=2f4a80fc&cause=edge-timeout`,
    ],
  ])('%s', async (line, asked) => {
    gateway.answers.set(asked, []);
    expect(await run(line)).toEqual({ code: 0, out: 'The ledger holds nothing of that.\n', err: '' });
    expect(gateway.asked).toEqual([asked]);
  });

  it.each(['--slow yes', '--slow -1', '--slow 1e3', '--since never', '--limit 0'])(
    'logs %s is a mistake',
    async (options) => {
      expect((await run(`logs ${options}`)).code).toBe(2);
      expect(gateway.asked).toEqual([]);
    },
  );

  it('says of an empty ledger that it is empty', async () => {
    gateway.answers.set('GET ledger', []);
    expect((await run('logs')).out).toBe('No request is on the ledger yet.\n');
  });
});

describe('for programs', () => {
  it('JSON is what the gateway told, oldest first', async () => {
    expect(JSON.parse((await run('logs --json')).out)).toEqual([...ROWS].reverse());
  });

  it('CSV has a column for each field', async () => {
    const { out } = await run('logs --csv');
    await expect(out).toMatchFileSnapshot('./golden/logs-csv.csv');
    expect((await run('logs --csv', { language: 'zh' })).out).toBe(out);
  });
});

/** `logs -f` while it runs. */
function following(line: string) {
  const end = new AbortController();
  let out = '';
  let err = '';
  const waiting: { readonly text: string; readonly done: () => void }[] = [];
  const heard = (): void => {
    for (const { text, done } of waiting) if ((out + err).includes(text)) done();
  };
  const stdout = {
    write: (text: string) => {
      out += text;
      heard();
    },
  };
  const stderr = {
    write: (text: string) => {
      err += text;
      heard();
    },
  };
  const ended = run(line, { stdout, stderr, interrupt: end.signal });
  return {
    said: () => out,
    until: (text: string) =>
      new Promise<void>((done) => {
        waiting.push({ text, done });
        heard();
      }),
    async stop() {
      end.abort();
      return (await ended).code;
    },
  };
}

const row = (id: string, more: Partial<ExchangeRecord> = {}): ExchangeRecord => ({ ...FAILED, id, ...more });

describe('followed', () => {
  beforeEach(() => {
    gateway.answers.set('GET ledger?limit=10', ROWS);
    gateway.answers.set('GET ledger?limit=1000', ROWS);
  });

  it('writes what is there, then what ends, and each row once', async () => {
    const logs = following('logs -f');
    await logs.until(FAILED.id);
    await gateway.followed(1);
    gateway.say('exchange', FAILED);
    gateway.say('exchange', row('req-01kdxaaaaaaaa'));
    await logs.until('req-01kdxaaaaaaaa');
    gateway.say('exchange', row('req-01kdxaaaaaaaa'));
    gateway.say('exchange', row('req-01kdxaaaaaaaa', { delivery: 'undelivered' }));
    gateway.say('exchange', row('req-01kdxaaaaaaab'));
    await logs.until('req-01kdxaaaaaaab');
    expect(await logs.stop()).toBe(0);
    const ids = logs.said().match(/req-\w+/g);
    expect(ids).toEqual([
      ROWS[3]?.id,
      RECOVERED.id,
      FAILED.id,
      'req-01kdxaaaaaaaa',
      'req-01kdxaaaaaaaa',
      'req-01kdxaaaaaaab',
    ]);
  });

  it('looks on the ledger for rows that the stream left out', async () => {
    const logs = following('logs -f');
    await logs.until(FAILED.id);
    await gateway.followed(1);
    const endedAt = Date.now() + 60_000;
    const told = row('req-01kdxaaaaaaaa', { endedAt });
    const leftOut = row('req-01kdxaaaaaaab', { endedAt });
    const before = row('req-01kdxaaaaaaac', { endedAt: FAILED.startedAt });
    gateway.answers.set('GET ledger?limit=1000', [leftOut, told, before]);
    gateway.say('exchange', told);
    gateway.say('live', { ...LIVE, rowsLeftOut: 1 });
    await logs.until(leftOut.id);
    gateway.say('live', { ...LIVE, rowsLeftOut: 1 });
    gateway.say('exchange', row('req-01kdxaaaaaaad'));
    await logs.until('req-01kdxaaaaaaad');
    expect(await logs.stop()).toBe(0);
    const ids = logs
      .said()
      .match(/req-\w+/g)
      ?.slice(3);
    expect(ids).toEqual([told.id, leftOut.id, 'req-01kdxaaaaaaad']);
    expect(gateway.asked.filter((one) => one.endsWith('limit=1000'))).toHaveLength(1);
  });

  it.each([
    ['--failed', { failed: false }],
    ['--lost', { lostCalls: 0 }],
    ['--slow 100', { endedAt: FAILED.startedAt + 99_000 }],
    ['--model claude-opus-4-5-20251101', { model: 'another' }],
    ['--client laptop-of-somebody', { client: 'another' }],
    ['--cause edge-timeout', { cause: 'reset' }],
    ['--since 1h', { startedAt: NOW - 2 * 3_600_000 }],
  ])('applies %s', async (filter, unlike) => {
    const asked = `logs -f ${filter}`;
    const logs = following(asked);
    await gateway.followed(1);
    const path = gateway.asked.find((one) => one.startsWith('GET ledger')) ?? '';
    expect(path).toContain('limit=10');
    gateway.say('exchange', row('req-01kdxaaaaaaac', unlike));
    gateway.say('exchange', row('req-01kdxaaaaaaad'));
    await logs.until('req-01kdxaaaaaaad');
    await logs.stop();
    expect(logs.said()).not.toContain('req-01kdxaaaaaaac');
  });

  it('looks at the attempts where only they tell whether an endpoint was used', async () => {
    const attempts = [{ endpointId: '2f4a80fc' }, { endpointId: '1e3e69eb' }];
    gateway.answers.set('GET ledger/req-01kdxaaaaaaae', { exchange: {}, attempts });
    gateway.answers.set('GET ledger/req-01kdxaaaaaaaf', { exchange: {}, attempts: attempts.slice(1) });
    const logs = following('logs -f --endpoint cooling');
    await gateway.followed(1);
    gateway.say('exchange', row('req-01kdxaaaaaaag'));
    gateway.say('exchange', row('req-01kdxaaaaaaaf', { attemptCount: 2 }));
    gateway.say('exchange', row('req-01kdxaaaaaaae', { attemptCount: 2 }));
    await logs.until('req-01kdxaaaaaaae');
    await logs.stop();
    expect(logs.said().match(/req-\w+/g)).toEqual(['req-01kdxaaaaaaae']);
    expect(gateway.asked).not.toContain('GET ledger/req-01kdxaaaaaaag');
  });

  it('waits for a gateway that goes away, and makes up for what ended meanwhile', async () => {
    const logs = following('logs -f');
    await gateway.followed(1);
    await logs.until(FAILED.id);
    const missed = row('req-01kdxaaaaaaah', { endedAt: NOW + 1 });
    gateway.answers.set('GET ledger?limit=1000', [missed, ...ROWS]);
    gateway.hangUp();
    await logs.until('req-01kdxaaaaaaah');
    gateway.say('exchange', row('req-01kdxaaaaaaaj'));
    await gateway.followed(2);
    gateway.say('exchange', row('req-01kdxaaaaaaak'));
    await logs.until('req-01kdxaaaaaaak');
    await logs.stop();
    expect(logs.said().match(new RegExp(FAILED.id, 'g'))).toHaveLength(1);
  });

  it('ends with 1 where the gateway takes no more readers', async () => {
    gateway.answers.set('GET live', [503, { error: { code: 'too_many_readers', message: 'full' } }]);
    expect(await run('logs -f')).toMatchObject({ code: 1, err: 'qcc: full\n' });
  });

  it('names endpoints as the stream does', async () => {
    const logs = following('logs -f');
    await gateway.followed(1);
    const named = LIVE.endpoints.map((one) => ({ ...one, name: 'renamed' }));
    gateway.say('live', { ...LIVE, endpoints: named });
    gateway.say('exchange', row('req-01kdxaaaaaaam'));
    await logs.until('req-01kdxaaaaaaam');
    await logs.stop();
    expect(logs.said()).toContain('renamed');
  });

  it.each([
    [
      '--json',
      (out: string) =>
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).id as string),
    ],
    [
      '--csv',
      (out: string) =>
        out
          .trim()
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(',')[0] ?? ''),
    ],
  ])('%s gives a line for each', async (option, idsOf) => {
    const logs = following(`logs -f ${option}`);
    await logs.until(FAILED.id);
    await gateway.followed(1);
    gateway.say('exchange', row('req-01kdxaaaaaaan'));
    await logs.until('req-01kdxaaaaaaan');
    await logs.stop();
    expect(idsOf(logs.said())).toEqual([ROWS[3]?.id, RECOVERED.id, FAILED.id, 'req-01kdxaaaaaaan']);
  });
});
