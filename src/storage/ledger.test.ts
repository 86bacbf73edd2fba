import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptRecord, exchangeRecord, storedAnswer } from '../../test/doubles/ledger-records.ts';
import type { AttemptsQuery, ExchangeRecord, LedgerGrouping, LedgerQuery } from '../domain/ledger.ts';
import { MEMORY_EXCHANGES_MAX } from './memory-ledger.ts';
import { memoryStore, openStore, type Store } from './storage.ts';

let folder = '';
let store: Store;

async function openSqlite(): Promise<Store> {
  const opened = await openStore(join(folder, 'qcc.db'));
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

/** Noon of a local day. */
const noon = (day: number) => new Date(2026, 2, day, 12).getTime();
const HOUR_MS = 3_600_000;

const full: ExchangeRecord = exchangeRecord('req-full', {
  startedAt: noon(1) + 0.25,
  endedAt: noon(1) + 900.5,
  model: 'claude “opus”\n5',
  effort: 'high',
  status: 200,
  delivery: 'delivered',
  error: 'QCC-1',
  joined: 2,
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, reasoningTokens: 5 },
  charge: 'charged',
  costMicroUsd: 2 ** 40,
  lostMicroUsd: 6,
  lostCalls: 1,
  savedMicroUsd: 7,
  savedCalls: 2,
  route: 'big “ones”',
  attemptCount: 2,
  endpointId: 'e2',
  firstEventMs: 12.5,
  longestSilenceMs: 99,
  cause: 'edge-timeout',
  failed: false,
  throughEdge: true,
  queuedMs: 0,
  backoffMs: 7.25,
  leftMs: 800,
  leftSilentMs: 30.5,
  leftFate: 'run-on',
  clientPatienceMs: 300_000,
  heartbeats: 3,
  headers: { 'user-agent': 'claude-cli “2”\n', authorization: '***' },
});

const fullAttempt = attemptRecord('req-full', 1, {
  sentMs: 1,
  firstByteMs: 2,
  firstEventMs: 3.5,
  result: 'timeout',
  status: 524,
  phase: 'wait',
  endedBy: 'edge',
  silenceMs: 99,
  chargeRisk: 'likely',
  charge: 'unknown',
  usage: { inputTokens: 0 },
  costMicroUsd: 5,
  detail: 'HTTP 524',
  upstreamRequestId: 'cf-1',
  modelAnswered: 'claude-opus-4-5-20251101',
  queuedMs: 1.5,
  backoffMs: 0,
  dnsMs: 2,
  tcpMs: 3.5,
  tlsMs: 4,
  streamed: false,
  timer: { name: 'first_byte', ms: 120_000, setBy: 'scenario reasoning' },
  headers: { 'retry-after': '7', server: 'cloudflare' },
  said: 'A timeout occurred',
});

const cheap = {
  delivery: 'delivered',
  charge: 'charged',
  costMicroUsd: 10,
  usage: { inputTokens: 5, outputTokens: 1 },
} as const;

/** Three days, two models, two clients, two endpoints; losses and savings among them. */
function fill(to: Store): void {
  const add = (
    id: string,
    record: Partial<ExchangeRecord>,
    attempts: Parameters<typeof attemptRecord>[2][],
  ) => {
    to.openExchange(
      exchangeRecord(id, { ...record, delivery: 'running', charge: 'unknown', lostCalls: 0, savedCalls: 0 }),
    );
    for (const [index, attempt] of attempts.entries()) {
      to.openAttempt(id, index + 1, attempt?.endpointId ?? 'e1', record.startedAt ?? 0, 'priority');
      to.closeAttempt(attemptRecord(id, index + 1, attempt));
    }
    to.closeExchange(exchangeRecord(id, record));
  };
  const paid = { costMicroUsd: 10, usage: { inputTokens: 5, outputTokens: 1 } };
  const cut = { result: 'edge-timeout', charge: 'unknown', chargeRisk: 'likely' } as const;
  const took = (startedAt: number, ms: number) => ({ startedAt, endedAt: startedAt + ms, failed: false });
  add('a1', { ...cheap, ...took(noon(1), 100_000), model: 'opus', client: 'ann' }, [paid]);
  add(
    'a2',
    {
      ...cheap,
      ...took(noon(2) - HOUR_MS, 125_000),
      model: 'opus',
      client: 'bob',
      lostCalls: 1,
      cause: 'edge-timeout',
      endpointId: 'e2',
      attemptCount: 2,
    },
    [cut, { ...paid, endpointId: 'e2' }],
  );
  add(
    'b1',
    {
      ...took(noon(2), 9_000),
      failed: true,
      cause: 'client-left',
      endpointId: 'e2',
      attemptCount: 1,
      model: 'gpt',
      client: 'bob',
      protocol: 'openai-chat',
      delivery: 'undelivered',
      charge: 'charged',
      costMicroUsd: 30,
      usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 },
      lostMicroUsd: 30,
      lostCalls: 1,
    },
    [{ costMicroUsd: 30, usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 }, endpointId: 'e2' }],
  );
  add(
    'b2',
    {
      ...cheap,
      ...took(noon(3), 10_000),
      client: 'ann',
      joined: 3,
      savedCalls: 3,
      savedMicroUsd: 30,
      usage: { inputTokens: 5, outputTokens: 1, cacheReadTokens: 100 },
    },
    [{ ...paid, usage: { inputTokens: 5, outputTokens: 1, cacheReadTokens: 100 } }],
  );
  to.openExchange(exchangeRecord('c1', { startedAt: noon(3) + HOUR_MS, model: 'gpt', client: 'ann' }));
  to.openAttempt('c1', 1, 'e2', noon(3) + HOUR_MS, 'priority');
}

/** What both stores owe. */
describe.each([
  ['memory', async () => memoryStore()],
  ['sqlite', openSqlite],
])('the ledger of the %s store', (_name, open) => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qcc-ledger-'));
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const ids = (query: Partial<LedgerQuery>) =>
    store.ledgerList({ limit: 10, ...query }).then((found) => found.map(({ id }) => id));
  const summed = async (by?: LedgerGrouping, query: Omit<LedgerQuery, 'limit'> = {}) =>
    (await store.ledgerSummary(query, by)).map((row) =>
      [
        row.group,
        row.exchanges,
        row.attempts,
        row.delivered,
        row.inputTokens,
        row.costMicroUsd,
        row.lostCalls,
        row.savedCalls,
      ].join(' '),
    );

  it('begins empty', async () => {
    expect(await ids({})).toEqual([]);
    expect(await store.ledgerExchange('req-1')).toBeUndefined();
    expect(await summed()).toEqual([' 0 0 0 0 0 0 0']);
    expect(await summed('day')).toEqual([]);
  });

  it('gives records back as they were', async () => {
    store.openExchange(exchangeRecord('req-bare'));
    store.closeExchange(full);
    store.closeAttempt(fullAttempt);
    store.closeAttempt(attemptRecord('req-full', 2));
    expect(await store.ledgerList({ limit: 5 })).toEqual([full, exchangeRecord('req-bare')]);
    const found = await store.ledgerExchange('req-full');
    expect(found).toEqual({ exchange: full, attempts: [fullAttempt, attemptRecord('req-full', 2)] });
  });

  it('opens an exchange with what is known then: it runs, at its first endpoint', async () => {
    const opening = exchangeRecord('a', {
      model: 'opus',
      throughEdge: false,
      clientPatienceMs: 7,
      route: 'r',
    });
    store.openExchange(opening, { endpointId: 'e1', startedAt: 3, why: 'x' });
    expect(await store.ledgerList({ limit: 5 })).toEqual([{ ...opening, attemptCount: 1, endpointId: 'e1' }]);
    store.openExchange(exchangeRecord('b', { throughEdge: false }));
    store.closeExchange(exchangeRecord('b', { throughEdge: true, delivery: 'delivered' }));
    expect((await store.ledgerExchange('b'))?.exchange).toMatchObject({
      throughEdge: true,
      delivery: 'delivered',
    });
  });

  it('leaves out what nobody opened an exchange for', async () => {
    store.openAttempt('nobody', 1, 'e1', 3, 'x');
    store.closeAttempt(attemptRecord('nobody', 2));
    expect(await store.ledgerExchange('nobody')).toBeUndefined();
    store.openExchange(exchangeRecord('nobody'));
    expect((await store.ledgerExchange('nobody'))?.attempts).toEqual([]);
    expect(await summed('endpoint')).toEqual([]);
  });

  it('finds one exchange by the beginning of its id, where only one begins so', async () => {
    for (const id of ['req-aa', 'req-ab', 'req-b', 'req-bcd']) store.openExchange(exchangeRecord(id));
    const found = async (id: string) => (await store.ledgerExchange(id))?.exchange.id;
    expect(await found('req-ab')).toBe('req-ab');
    expect(await found('req-bc')).toBe('req-bcd');
    expect(await found('req-b')).toBe('req-b');
    for (const id of ['req-a', '', 'req-%', 'x']) expect(await found(id)).toBeUndefined();
  });

  it.each<[string, Partial<LedgerQuery>, string[]]>([
    ['all, newest first', {}, ['c1', 'b2', 'b1', 'a2', 'a1']],
    ['at most as many as asked', { limit: 2 }, ['c1', 'b2']],
    ['none', { limit: -1 }, []],
    ['as many as there are', { limit: Number.POSITIVE_INFINITY }, ['c1', 'b2', 'b1', 'a2', 'a1']],
    ['since an instant, which counts', { since: noon(2) }, ['c1', 'b2', 'b1']],
    ['until an instant, which does not', { until: noon(2) }, ['a2', 'a1']],
    ['of a model', { model: 'gpt' }, ['c1', 'b1']],
    ['of a client', { client: 'ann' }, ['c1', 'b2', 'a1']],
    ['of a client and a model', { client: 'bob', model: 'opus' }, ['a2']],
    ['that asked an endpoint', { endpointId: 'e2' }, ['c1', 'b1', 'a2']],
    ['with losses', { lost: true }, ['b1', 'a2']],
    ['with losses, of a model', { lost: true, model: 'gpt', since: noon(1) }, ['b1']],
    ['with losses, at an endpoint', { lost: true, endpointId: 'e1', until: noon(4) }, ['a2']],
    ['that failed', { failed: true }, ['b1']],
    ['that failed, or did not: all', { failed: false }, ['c1', 'b2', 'b1', 'a2', 'a1']],
    ['that failed, of another model', { failed: true, model: 'opus' }, []],
    ['that failed, at an endpoint', { failed: true, endpointId: 'e2' }, ['b1']],
    ['that failed, at another endpoint', { failed: true, endpointId: 'e1' }, []],
    ['that failed and lost money', { failed: true, lost: true }, ['b1']],
    ['of a cause', { cause: 'edge-timeout' }, ['a2']],
    ['of a cause that no client saw', { cause: 'edge-timeout', failed: true }, []],
    ['of a cause, at an endpoint asked before the last', { cause: 'edge-timeout', endpointId: 'e1' }, ['a2']],
    ['that were slow', { slowMs: 100_000 }, ['a2', 'a1']],
    ['that were slow at all', { slowMs: 9_000 }, ['b2', 'b1', 'a2', 'a1']],
    ['that were slow, at the limit of the index', { slowMs: 10_000 }, ['b2', 'a2', 'a1']],
    ['that were slow by a fraction', { slowMs: 100_000.5 }, ['a2']],
    ['that were slow in a span', { slowMs: 10_000, since: noon(2), until: noon(9) }, ['b2']],
    ['that were slow, at an endpoint', { slowMs: 10_000, endpointId: 'e2' }, ['a2']],
    ['that were slow, at an endpoint asked before', { slowMs: 10_000, endpointId: 'e1' }, ['b2', 'a2', 'a1']],
    ['that were slow and failed', { slowMs: 5_000, failed: true }, ['b1']],
    ['nobody slower than ever', { slowMs: Number.POSITIVE_INFINITY }, []],
  ])('lists %s', async (_what, query, expected) => {
    fill(store);
    expect(await ids(query)).toEqual(expected);
  });

  it.each<[string, Partial<LedgerQuery>, string[]]>([
    [
      'all that have an end',
      {},
      ['b2 10000 ok', 'b1 9000 failed client-left e2', 'a2 125000 ok edge-timeout e2', 'a1 100000 ok'],
    ],
    ['as many as asked', { limit: 1 }, ['b2 10000 ok']],
    ['none', { limit: 0 }, []],
    ['a model’s', { model: 'opus' }, ['a2 125000 ok edge-timeout e2', 'a1 100000 ok']],
    [
      'an endpoint’s',
      { endpointId: 'e2' },
      ['b1 9000 failed client-left e2', 'a2 125000 ok edge-timeout e2'],
    ],
    ['the slow ones of a client', { client: 'ann', slowMs: 60_000 }, ['a1 100000 ok']],
    ['failures', { failed: true }, ['b1 9000 failed client-left e2']],
  ])('shows as points %s', async (_what, query, expected) => {
    fill(store);
    const points = await store.ledgerPoints({ limit: 10, ...query });
    expect(
      points.map(({ id, durationMs, failed, cause, endpointId }) =>
        [id, durationMs, failed ? 'failed' : 'ok', cause, endpointId]
          .filter((part) => part !== undefined)
          .join(' '),
      ),
    ).toEqual(expected);
    for (const { id, startedAt } of points)
      expect((await store.ledgerExchange(id))?.exchange.startedAt).toBe(startedAt);
  });

  it.each<[string, Partial<AttemptsQuery>, string[]]>([
    ['all, the newest first', {}, ['late 1', 'lag 2', 'lag 1', 'early 1']],
    ['of an endpoint', { endpointId: 'e2' }, ['early 2']],
    ['of none that is known', { endpointId: '' }, []],
    ['at most as many as asked', { limit: 2 }, ['late 1', 'lag 2']],
    ['none', { limit: -1 }, []],
    ['since an instant, which counts', { since: noon(2) }, ['late 1', 'lag 2', 'lag 1']],
    ['until an instant, which does not', { until: noon(2) + HOUR_MS }, ['lag 1', 'early 1']],
    ['begun in the span, though their exchange was not', { since: noon(2) + 1 }, ['late 1', 'lag 2']],
  ])('finds attempts: %s', async (_what, query, expected) => {
    const open = (id: string, startedAt: number) => store.openExchange(exchangeRecord(id, { startedAt }));
    const close = (id: string, n: number, startedAt: number, endpointId = 'e1') =>
      store.closeAttempt(attemptRecord(id, n, { startedAt, endpointId }));
    open('early', noon(1));
    close('early', 1, noon(1));
    close('early', 2, noon(1) + 5, 'e2');
    open('lag', noon(2));
    close('lag', 1, noon(2));
    close('lag', 2, noon(2) + HOUR_MS);
    open('late', noon(3));
    close('late', 1, noon(3));
    store.openAttempt('late', 2, 'e1', noon(3) + 5, 'x');
    const found = await store.ledgerAttempts({
      endpointId: 'e1',
      since: 0,
      until: Number.MAX_SAFE_INTEGER,
      limit: 10,
      ...query,
    });
    expect(found.map(({ exchangeId, n }) => `${exchangeId} ${n}`)).toEqual(expected);
  });

  it('knows its oldest exchange', async () => {
    expect(await store.ledgerOldest()).toBeUndefined();
    fill(store);
    expect(await store.ledgerOldest()).toBe(noon(1));
  });

  it.each<[string, LedgerGrouping | undefined, Omit<LedgerQuery, 'limit'>, string[]]>([
    ['everything', undefined, {}, [' 5 6 3 122 60 2 3']],
    ['by model', 'model', {}, ['gpt 2 2 0 7 30 1 0', 'opus 2 3 2 10 20 1 0', ' 1 1 1 105 10 0 3']],
    ['by client', 'client', {}, ['bob 2 3 1 12 40 2 0', 'ann 3 3 2 110 20 0 3']],
    [
      'by day, newest first',
      'day',
      {},
      ['2026-03-03 2 2 1 105 10 0 3', '2026-03-02 2 3 1 12 40 2 0', '2026-03-01 1 1 1 5 10 0 0'],
    ],
    ['by endpoint', 'endpoint', {}, ['e2 3 3 1 12 40 1 0', 'e1 3 3 2 110 20 1 3']],
    [
      'of one endpoint, by model',
      'model',
      { endpointId: 'e2' },
      ['gpt 2 2 0 7 30 1 0', 'opus 1 1 1 5 10 0 0'],
    ],
    [
      'parts of days',
      'day',
      { since: noon(2), until: noon(3) + 1 },
      ['2026-03-03 1 1 1 105 10 0 3', '2026-03-02 1 1 0 7 30 1 0'],
    ],
    ['part of one day', undefined, { since: noon(2) - HOUR_MS, until: noon(2) }, [' 1 2 1 5 10 1 0']],
    [
      'whole days',
      undefined,
      { since: noon(2) - 12 * HOUR_MS, until: noon(3) - 12 * HOUR_MS },
      [' 2 3 1 12 40 2 0'],
    ],
    ['a client since an instant', undefined, { client: 'ann', since: noon(1) + 1 }, [' 2 2 1 105 10 0 3']],
    ['losses alone', 'model', { lost: true }, ['gpt 1 1 0 7 30 1 0', 'opus 1 2 1 5 10 1 0']],
    [
      'an endpoint’s part of a day',
      'endpoint',
      { since: noon(2) },
      ['e2 2 2 0 7 30 1 0', 'e1 1 1 1 105 10 0 3'],
    ],
  ])('sums up %s', async (_what, by, query, expected) => {
    fill(store);
    await store.flush();
    expect(await summed(by, query)).toEqual(expected);
  });

  it('counts a row written again once, as it was written last', async () => {
    fill(store);
    await store.flush();
    store.closeExchange(
      exchangeRecord('b1', {
        ...cheap,
        startedAt: noon(2),
        model: 'gpt',
        client: 'bob',
        protocol: 'openai-chat',
        joined: 1,
        savedCalls: 1,
        savedMicroUsd: 10,
      }),
    );
    store.closeExchange(
      exchangeRecord('c1', {
        startedAt: noon(3) + HOUR_MS,
        model: 'gpt',
        client: 'ann',
        delivery: 'refused',
      }),
    );
    expect(await summed()).toEqual([' 5 6 4 120 40 1 4']);
    expect((await store.ledgerSummary({}))[0]?.unknownCost).toBe(1);
    expect(await summed('endpoint')).toEqual(['e2 3 3 2 12 40 0 1', 'e1 3 3 2 110 20 1 3']);
    expect(await ids({ lost: true })).toEqual(['a2']);
  });

  it.each([
    ['at an instant within a day', noon(2), ['c1', 'b2', 'b1'], [' 3 3 1 112 40 1 3']],
    ['at the beginning of a day', noon(3) - 12 * HOUR_MS, ['c1', 'b2'], [' 2 2 1 105 10 0 3']],
    ['of all', noon(9), [], [' 0 0 0 0 0 0 0']],
  ])('forgets what is older: %s', async (_what, before, left, sums) => {
    fill(store);
    await store.flush();
    expect(await store.pruneLedger({ before })).toBe(5 - left.length);
    expect(await ids({})).toEqual(left);
    expect(await summed()).toEqual(sums);
    expect(await ids({ endpointId: 'e1' })).toEqual(left.filter((id) => id === 'b2'));
    expect(await store.ledgerExchange('a1')).toBeUndefined();
  });

  it('keeps answers, by id and by key, until they expire', async () => {
    const ticket = storedAnswer({ body: Buffer.from([0, 255, 128]) });
    const keyed = storedAnswer({ id: 'req-2', key: 'ann key-1', stream: true, form: 'events' });
    store.saveAnswer(ticket);
    store.saveAnswer(keyed);
    expect(await store.loadAnswer('req-1')).toEqual(ticket);
    expect(await store.loadAnswerByKey('ann key-1')).toEqual(keyed);
    expect(Buffer.isBuffer((await store.loadAnswer('req-2'))?.body)).toBe(true);
    store.saveAnswer({ ...keyed, id: 'req-3' });
    expect((await store.loadAnswerByKey('ann key-1'))?.id).toBe('req-3');
    expect(await store.loadAnswer('req-2')).toBeUndefined();
    store.saveAnswer({ ...ticket, expiresAt: 1 });
    expect(await store.loadAnswer('req-1')).toBeUndefined();
    expect(await store.loadAnswer('req-1')).toBeUndefined();
    expect(await store.loadAnswerByKey('')).toBeUndefined();
  });

  it('keeps the body as it was when it was given', async () => {
    const body = Buffer.from('whole');
    store.saveAnswer(storedAnswer({ body }));
    body.fill(0);
    expect(String((await store.loadAnswer('req-1'))?.body)).toBe('whole');
  });

  it('keeps named states', async () => {
    expect(await store.loadState('sketches')).toBeUndefined();
    store.saveState('sketches', '{"a":1}');
    store.saveState('sketches', '{"a":2}');
    expect(await store.loadState('sketches')).toBe('{"a":2}');
  });
});

it('keeps the newest exchanges where there is no disk', async () => {
  const memory = memoryStore();
  for (let n = 0; n <= MEMORY_EXCHANGES_MAX; n += 1)
    memory.openExchange(exchangeRecord(`req-${n}`, { startedAt: n }));
  const kept = await memory.ledgerList({ limit: MEMORY_EXCHANGES_MAX * 2 });
  expect(kept).toHaveLength(MEMORY_EXCHANGES_MAX);
  expect(kept.at(-1)?.id).toBe('req-1');
});

/** Also at the very edges of hours, and within them. */
const HOURS = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom(0, 0, 1, -1, 0.5, 600_000, 1_800_000, 3_000_000))
  .map(([hour, ms]) => noon(1) + hour * HOUR_MS + ms);
const WRITE = fc.record({
  id: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'),
  kind: fc.constantFrom('opened', 'exchange', 'begun', 'attempt'),
  n: fc.integer({ min: 1, max: 3 }),
  endpointId: fc.constantFrom('e1', 'e2'),
  model: fc.option(fc.constantFrom('opus', 'gpt'), { nil: undefined }),
  cost: fc.option(fc.nat(99), { nil: undefined }),
  lostCalls: fc.nat(1),
  delivery: fc.constantFrom('running', 'delivered', 'undelivered'),
  tookMs: fc.constantFrom(0, 5_000, 10_000, 100_000),
  failed: fc.boolean(),
  cause: fc.constantFrom('reset', 'timeout'),
  flush: fc.boolean(),
});

function write(
  to: Store,
  given: typeof WRITE extends fc.Arbitrary<infer T> ? T : never,
  starts: Map<string, number>,
): void {
  const { id, kind, n, endpointId, model, cost, lostCalls, delivery, tookMs, failed, cause } = given;
  const startedAt = starts.get(id) ?? 0;
  const costs = cost === undefined ? {} : { costMicroUsd: cost };
  if (kind === 'opened')
    to.openExchange(exchangeRecord(id, { startedAt, ...(model ? { model } : {}) }), {
      endpointId,
      startedAt,
      why: 'x',
    });
  if (kind === 'begun') to.openAttempt(id, n, endpointId, startedAt, 'x');
  if (kind === 'attempt') to.closeAttempt(attemptRecord(id, n, { endpointId, ...costs }));
  if (kind === 'exchange')
    to.closeExchange(
      exchangeRecord(id, {
        startedAt,
        ...(model ? { model } : {}),
        ...costs,
        lostCalls,
        delivery,
        failed,
        ...(delivery === 'running' ? {} : { endedAt: startedAt + tookMs }),
        ...(failed ? { cause } : {}),
      }),
    );
}

const LISTS: readonly Partial<LedgerQuery>[] = [
  {},
  { model: 'opus' },
  { client: 'local', model: 'gpt' },
  { failed: true },
  { slowMs: 10_000, model: 'opus' },
  { slowMs: 7_000 },
  { cause: 'reset', endpointId: 'e1' },
  { failed: true, endpointId: 'e2', slowMs: 1 },
  { endpointId: 'e1', lost: true },
];

/** Of one instant, either may stand first. */
const byId = <T extends { readonly id: string }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

it('both stores list and sum up the same, whatever was written in whatever order', async () => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-ledger-'));
  const starting = fc.tuple(HOURS, HOURS, HOURS, HOURS, HOURS);
  const groupings: (LedgerGrouping | undefined)[] = [undefined, 'model', 'endpoint', 'client', 'day'];
  const sqlite = await openSqlite();
  await fc.assert(
    fc.asyncProperty(
      fc.array(WRITE, { maxLength: 25 }),
      starting,
      HOURS,
      HOURS,
      fc.option(HOURS),
      async (writes, starts, a, b, before) => {
        const memory = memoryStore();
        await sqlite.pruneLedger({ before: Number.POSITIVE_INFINITY });
        const startOf = new Map(starts.map((at, index) => [`r${index + 1}`, at]));
        for (const given of writes) {
          write(memory, given, startOf);
          write(sqlite, given, startOf);
          if (given.flush) await sqlite.flush();
        }
        if (before !== null) {
          const gone = await memory.pruneLedger({ before });
          expect(await sqlite.pruneLedger({ before })).toBe(gone);
        }
        for (const query of LISTS) {
          const list = { limit: 10, ...query };
          expect(byId(await sqlite.ledgerList(list))).toEqual(byId(await memory.ledgerList(list)));
          expect(byId(await sqlite.ledgerPoints(list))).toEqual(byId(await memory.ledgerPoints(list)));
        }
        for (const query of [
          {},
          { since: Math.min(a, b), until: Math.max(a, b) },
          { since: a, endpointId: 'e1' },
        ])
          for (const by of groupings)
            expect(await sqlite.ledgerSummary(query, by)).toEqual(await memory.ledgerSummary(query, by));
      },
    ),
    { numRuns: 60 },
  );
  await sqlite.close();
  rmSync(folder, { recursive: true });
}, 60_000);
