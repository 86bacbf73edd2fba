import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  error,
  type FakeGateway,
  GATEWAY,
  NOW,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import type { AttemptRecord, ExchangeRecord, LedgerEntry, LedgerSummary } from '../domain/ledger.ts';
import type { ExchangeView } from '../domain/view.ts';
import { widthOf } from './width.ts';

const EXCHANGE: ExchangeRecord = {
  id: 'req-7k3q9xm2abc',
  startedAt: NOW - 185_000,
  endedAt: NOW,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: false,
  model: 'claude-opus-4-5-20251101',
  effort: 'high',
  client: 'laptop-of-somebody',
  listener: '127.0.0.1:7860',
  cluster: 'main',
  scenario: 'reasoning',
  requestBytes: 20_480,
  status: 200,
  delivery: 'delivered',
  joined: 1,
  usage: { inputTokens: 5_120, outputTokens: 900, cacheReadTokens: 1_024 },
  charge: 'charged',
  costMicroUsd: 48_100,
  lostMicroUsd: 12_300,
  lostCalls: 1,
  savedMicroUsd: 48_100,
  savedCalls: 1,
};
const EXCHANGES: readonly ExchangeRecord[] = [
  EXCHANGE,
  without(
    { ...EXCHANGE, id: 'req-7k3q9xm2abd', delivery: 'running', charge: 'unknown' },
    'endedAt',
    'costMicroUsd',
  ),
  {
    ...without(EXCHANGE, 'costMicroUsd', 'lostMicroUsd', 'model'),
    id: 'req-7k3q9xm2abe',
    client: '一台名字特别长的笔记本电脑, "quoted"',
    delivery: 'undelivered',
    charge: 'unknown',
    lostCalls: 2,
  },
  {
    ...EXCHANGE,
    id: 'req-7k3q9xm2abf',
    delivery: 'left',
    charge: 'estimated',
    costMicroUsd: 20,
    lostCalls: 0,
  },
];
const TOTAL: LedgerSummary = {
  exchanges: 4_321,
  attempts: 5_432,
  delivered: 4_200,
  inputTokens: 123_456_789,
  outputTokens: 9_876_543,
  costMicroUsd: 543_210_000,
  unknownCost: 3,
  lostMicroUsd: 1_234_567,
  lostCalls: 12,
  savedMicroUsd: 0,
  savedCalls: 2,
};
const SUMMARY: readonly LedgerSummary[] = [
  { ...TOTAL, group: 'claude-opus-4-5-20251101-with-a-very-long-suffix' },
  { ...TOTAL, group: '', exchanges: 3, attempts: 3, inputTokens: 950, costMicroUsd: 0, lostMicroUsd: 0 },
  { ...TOTAL, group: '1e3e69eb', unknownCost: 0, lostCalls: 0, lostMicroUsd: 0 },
];
const ATTEMPT: AttemptRecord = {
  exchangeId: EXCHANGE.id,
  n: 1,
  endpointId: '1e3e69eb',
  startedAt: EXCHANGE.startedAt,
  sentMs: 3,
  longestSilenceMs: 100_200,
  totalMs: 100_250,
  result: 'edge-timeout',
  status: 524,
  phase: 'wait',
  endedBy: 'edge',
  silenceMs: 100_200,
  chargeRisk: 'likely',
  charge: 'unknown',
  usage: {},
  detail: 'HTTP 524 from the edge in front of it, which waited for a hundred seconds and gave up',
  why: 'first by priority; no edge known',
};
const ENTRY: LedgerEntry = {
  exchange: EXCHANGE,
  attempts: [
    ATTEMPT,
    {
      ...without(ATTEMPT, 'phase', 'endedBy', 'silenceMs', 'detail', 'status'),
      n: 2,
      endpointId: 'gone0000',
      result: 'answered',
      chargeRisk: 'certain',
      charge: 'charged',
      costMicroUsd: 48_100,
      longestSilenceMs: 900,
      why: '',
    },
  ],
};
const RUNNING: ExchangeView = {
  id: 'req-9running0ab',
  startedAt: NOW - 95_000,
  elapsedMs: 95_000,
  silenceMs: 12_300,
  path: '/v1/messages',
  operation: 'generate',
  protocol: 'anthropic-messages',
  stream: true,
  model: 'claude-opus-4-5',
  client: 'laptop',
  cluster: 'main',
  scenario: 'reasoning',
  endpointId: '1e3e69eb',
  attempts: 1,
  followers: 0,
  joined: 1,
  keptBytes: 4_096,
  receivedBytes: 4_096,
  state: 'streaming',
};

function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> & T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as T;
}

const DAY_AGO = NOW - 24 * 3_600_000;

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
  for (const [ask, body] of [
    ['ledger', EXCHANGES],
    [`ledger?since=${DAY_AGO}&limit=7`, EXCHANGES],
    ['ledger?lost=true', [EXCHANGES[0], EXCHANGES[2]]],
    ['ledger/summary', [TOTAL]],
    [`ledger/summary?since=${DAY_AGO}`, [TOTAL]],
    ['ledger/summary?lost=true', [{ ...TOTAL, lostMicroUsd: 0 }]],
    ['ledger/summary?by=model', SUMMARY],
    ['ledger/summary?by=endpoint', SUMMARY],
    ['exchanges', [RUNNING, { ...RUNNING, id: EXCHANGE.id, state: 'done' }]],
    [`ledger/${EXCHANGE.id}`, ENTRY],
    [
      `ledger/${RUNNING.id}`,
      { exchange: { ...EXCHANGE, id: RUNNING.id, delivery: 'running' }, attempts: [ATTEMPT] },
    ],
  ] as const)
    gateway.answers.set(`GET ${ask}`, body);
});

afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  folder.remove();
});

const run = (line: string, more = {}) => runWith(line.split(' '), folder.home, more);

const SHOWN: readonly (readonly [string, string])[] = [
  ['ledger summary', 'ledger-summary'],
  ['ledger summary --by model', 'ledger-summary-by-model'],
  ['ledger summary --by endpoint', 'ledger-summary-by-endpoint'],
  ['ledger list', 'ledger-list'],
  ['ledger lost', 'ledger-lost'],
  ['exchange show req-7k3q9xm2abc', 'exchange-show'],
  ['exchange show req-9', 'exchange-show-running'],
];

describe.each(['en', 'zh'] as const)('in %s', (language) => {
  it.each(SHOWN)('%s reads as written down, within 80 columns', async (line, name) => {
    const ran = await run(line, { language });
    expect(ran).toMatchObject({ code: 0, err: '' });
    await expect(ran.out).toMatchFileSnapshot(`./golden/${language}/${name}.txt`);
    for (const shown of ran.out.split('\n')) expect(widthOf(shown)).toBeLessThanOrEqual(80);
  });
});

describe('what is asked', () => {
  it.each([
    ['ledger list --since 24h --limit 7', `GET ledger?since=${DAY_AGO}&limit=7`],
    [
      'ledger lost --model a/b --client c --endpoint cooling --json',
      'GET ledger?model=a%2Fb&client=c&endpoint=2f4a80fc&lost=true',
    ],
    ['ledger list --endpoint deadbeef --json', 'GET ledger?endpoint=deadbeef'],
    [
      'ledger summary --by day --since 2026-01-01T00:00Z --json',
      'GET ledger/summary?since=1767225600000&by=day',
    ],
  ])('%s', async (line, asked) => {
    if (!gateway.answers.has(asked)) gateway.answers.set(asked, []);
    expect((await run(line)).code).toBe(0);
    expect(gateway.asked[0]).toBe(asked);
  });

  it.each([
    ['ledger list --since yesterday', 'option --since: "yesterday" is not valid'],
    ['ledger summary --by colour', 'option --by: "colour" is not valid'],
    ['ledger list --limit 0', 'option --limit: "0" is not valid'],
  ])('%s is a mistake', async (line, said) => {
    const { code, err } = await run(line);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(gateway.asked).toEqual([]);
  });

  it('an endpoint that is neither known nor an id is an error', async () => {
    const { code, err } = await run('ledger list --endpoint nobody');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('There is no endpoint "nobody"') });
  });
});

describe('for programs', () => {
  it.each([
    ['ledger list --json', EXCHANGES],
    ['ledger summary --by model --json', SUMMARY],
    ['exchange show req-7k3q9xm2abc --json', ENTRY],
  ])('%s prints what the gateway told, whole', async (line, body) => {
    expect(JSON.parse((await run(line)).out)).toEqual(body);
  });

  it('one under way comes with what is on record', async () => {
    expect(JSON.parse((await run('exchange show req-9 --json')).out)).toMatchObject({
      running: RUNNING,
      attempts: [ATTEMPT],
    });
  });

  it.each([
    ['ledger list --csv', 'ledger-list-csv'],
    ['ledger summary --by model --csv', 'ledger-summary-csv'],
    ['ledger summary --csv', 'ledger-total-csv'],
  ])('%s', async (line, name) => {
    const { code, out } = await run(line);
    expect(code).toBe(0);
    expect(out.split('\r\n').at(-1)).toBe('');
    await expect(out).toMatchFileSnapshot(`./golden/${name}.csv`);
    expect((await run(line, { language: 'zh' })).out).toBe(out);
  });
});

describe('nothing to show', () => {
  it.each([
    ['ledger list', 'GET ledger', [], 'The ledger holds nothing of that.\n'],
    ['ledger lost', 'GET ledger?lost=true', [], 'Nothing was lost.\n'],
    [
      'ledger summary',
      'GET ledger/summary',
      [{ ...TOTAL, exchanges: 0 }],
      'The ledger holds nothing of that.\n',
    ],
  ])('%s', async (line, ask, body, said) => {
    gateway.answers.set(ask, body);
    expect(await run(line)).toEqual({ code: 0, out: said, err: '' });
  });

  it('an exchange nobody knows', async () => {
    gateway.answers.set('GET ledger/req-0', [404, error('unknown_exchange', 'no')]);
    const { code, err } = await run('exchange show req-0');
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('No exchange "req-0" is running'),
    });
  });

  it('a ledger that can’t be read is no empty one', async () => {
    gateway.answers.set(`GET ledger/${RUNNING.id}`, [500, error('internal', 'the disk is gone')]);
    const { code, err } = await run('exchange show req-9');
    expect({ code, err }).toEqual({ code: 1, err: 'qcc: the disk is gone\n' });
  });
});

describe('endpoint forget-edge', () => {
  it.each([
    [true, 'What was learned of endpoint 2f4a80fc (cooling), its edge too, is forgotten.\n'],
    [false, 'Nothing was learned of endpoint 2f4a80fc (cooling), no edge either.\n'],
  ])('%s', async (forgotten, said) => {
    gateway.answers.set('POST endpoints/2f4a80fc/forget-edge', { forgotten });
    expect(await run('endpoint forget-edge cooling')).toMatchObject({ code: 0, out: said });
  });
});
