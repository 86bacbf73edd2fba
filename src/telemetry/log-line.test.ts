import { describe, expect, it } from 'vitest';
import { LINES_EN } from './lines-en.ts';
import { LINES_ZH } from './lines-zh.ts';
import { LEVEL_OF, type LogEvent, type LogEventOf } from './log-event.ts';
import { logLine } from './log-line.ts';

const failed: LogEventOf<'attempt-failed'> = {
  kind: 'attempt-failed',
  id: 'req-456',
  endpointId: '1e3e69eb',
  cause: 'reset',
  phase: 'wait',
  detail: 'TimeoutError',
  afterMs: 1_234.4,
  silenceMs: 900,
  chargeRisk: 'likely',
};
const timedOut: LogEvent = {
  ...failed,
  cause: 'timeout',
  timer: { name: 'first_byte', ms: 60_000, setBy: 'scenario chat' },
};
const gaveUp: LogEventOf<'gave-up'> = {
  kind: 'gave-up',
  id: 'req-789',
  code: 'all_attempts_failed',
  status: 504,
  attempts: 3,
  durationMs: 1_234,
  detail: 'HTTP 504',
};

/** One event of each kind, and of each way it can read. */
const EVENTS: readonly LogEvent[] = [
  { kind: 'request', id: 'req-456', method: 'POST', path: '/v1/messages', model: 'm', client: 'local' },
  { kind: 'request', id: 'req-456', method: 'POST', path: '/v1/messages' },
  {
    kind: 'picked',
    id: 'req-456',
    endpointId: '1e3e69eb',
    baseUrl: 'https://jp.duckcoding.com',
    why: 'priority 1',
  },
  { kind: 'retry', id: 'req-456', n: 1, max: 2, endpointId: '2f4g80fc', baseUrl: 'https://b', waitedMs: 120 },
  failed,
  timedOut,
  { ...failed, status: 504, detail: 'HTTP 504' },
  { ...failed, status: 200, cause: 'stream-error', detail: 'overloaded_error' },
  {
    kind: 'answered',
    id: 'req-456',
    status: 200,
    endpointId: '1e3e69eb',
    attempts: 2,
    durationMs: 1_234,
    firstByteMs: 500,
    firstEventMs: 600,
    usage: { inputTokens: 12, outputTokens: 34 },
    bytes: 99,
  },
  {
    kind: 'answered',
    id: 'req-456',
    status: 200,
    endpointId: '1e3e69eb',
    attempts: 1,
    durationMs: 5,
    usage: {},
    bytes: 1,
  },
  gaveUp,
  { ...gaveUp, attempts: 2 },
  { ...gaveUp, attempts: 1 },
  { ...gaveUp, attempts: 0, code: 'no_endpoint', status: 503 },
  { kind: 'rejected', id: 'req-456', status: 400, endpointId: '1e3e69eb', durationMs: 7 },
  { kind: 'client-left', id: 'req-456', durationMs: 7, sentBytes: 12 },
  { kind: 'joined', id: 'req-457', exchangeId: 'req-456', how: 'replay' },
  { kind: 'detached', id: 'req-456', fate: 'run-on', why: 'cut' },
  { kind: 'undelivered', id: 'req-456', why: 'expired', bytes: 12 },
  { kind: 'not-kept', id: 'req-456', why: 'too-long', bytes: 12 },
  { kind: 'broken', id: 'req-456', endpointId: '1e3e69eb', detail: 'ECONNRESET', durationMs: 7 },
  { kind: 'verify-start', count: 1 },
  { kind: 'verify-start', count: 2 },
  { kind: 'verified', endpointId: '1e3e69eb', tookMs: 800 },
  { kind: 'verify-failed', endpointId: '1e3e69eb', detail: 'HTTP 504', nextCheckMs: 120_000 },
  { kind: 'rate-limited', endpointId: 'xxx', forMs: 29_001 },
  { kind: 'circuit-open', endpointId: '1e3e69eb', failures: 3, detail: 'HTTP 504' },
  { kind: 'recovered', endpointId: '1e3e69eb' },
  { kind: 'listening', address: 'http://127.0.0.1:7860' },
  { kind: 'reloaded', clusters: 1, endpoints: 2 },
  { kind: 'reload-failed', detail: 'line 3' },
  { kind: 'ledger-pruned', exchanges: 1 },
  { kind: 'ledger-pruned', exchanges: 1_200 },
  { kind: 'draining', running: 1 },
  { kind: 'stopped' },
  { kind: 'note', detail: 'something' },
  { kind: 'trouble', detail: 'alert not delivered' },
  { kind: 'internal', detail: 'x is not a function', id: 'req-456' },
  { kind: 'internal', detail: 'x is not a function' },
];

describe('the catalogue', () => {
  it('is tried whole here, and knows the same kinds in both languages', () => {
    const kinds = [...new Set(EVENTS.map((event) => event.kind))].sort();
    expect(kinds).toEqual(Object.keys(LEVEL_OF).sort());
    expect(Object.keys(LINES_EN).sort()).toEqual(kinds);
    expect(Object.keys(LINES_ZH).sort()).toEqual(kinds);
  });

  it.each(['en', 'zh'] as const)('says every event in words: %s', (language) => {
    expect(EVENTS.map((event) => logLine(event, language))).toMatchSnapshot();
  });

  it.each(['en', 'zh'] as const)('leaves no hole in any line: %s', (language) => {
    for (const event of EVENTS) {
      const line = logLine(event, language);
      expect(line).not.toMatch(/undefined|NaN|\[object|\n/);
      expect(line.length).toBeGreaterThan(0);
    }
  });

  it('gives the duration on every end', () => {
    const ends = EVENTS.filter(({ kind }) =>
      ['attempt-failed', 'answered', 'gave-up', 'rejected', 'client-left', 'broken'].includes(kind),
    );
    for (const event of ends) {
      expect(logLine(event, 'zh')).toMatch(/耗时: \d+ms$/);
      expect(logLine(event, 'en')).toMatch(/took \d+ms$/);
    }
  });
});

it.each<[string, LogEvent]>([
  ['[req-456] POST /v1/messages', EVENTS[0]!],
  ['[req-456] 选中 endpoint: 1e3e69eb (https://jp.duckcoding.com)', EVENTS[2]!],
  ['[req-456] 请求超时', timedOut],
  ['[req-456] 转发请求失败: TimeoutError', failed],
  ['[req-456] 重试 1/2, 选中 endpoint: 2f4g80fc', EVENTS[3]!],
  ['[req-789] 响应失败: 504', { ...failed, id: 'req-789', status: 504, detail: 'HTTP 504' }],
  ['[req-789] 重试 2 次后仍失败，状态码: 504', gaveUp],
  ['🔍 开始验证失败的 endpoint (1 个)', { kind: 'verify-start', count: 1 }],
  [
    '❌ Endpoint 1e3e69eb 验证失败: HTTP 504',
    { kind: 'verify-failed', endpointId: '1e3e69eb', detail: 'HTTP 504', nextCheckMs: 60_000 },
  ],
  ['⚠️ Endpoint xxx 被限流', { kind: 'rate-limited', endpointId: 'xxx', forMs: 30_000 }],
])('reads in Chinese: %s', (beginning, event) => {
  expect(logLine(event, 'zh').startsWith(beginning)).toBe(true);
});

it('says which timer, whose setting, and after how long', () => {
  expect(logLine(timedOut, 'zh')).toMatch(/first_byte 60000ms, 来自 scenario chat.*耗时: 1234ms/);
  expect(logLine(timedOut, 'en')).toMatch(/first_byte 60000ms, set by scenario chat.*took 1234ms/);
});

describe('what comes from outside', () => {
  it('can not begin a line of its own, nor speak to a terminal', () => {
    const line = logLine({ kind: 'note', detail: 'a\r\nb\u001b[31mc\u2028d\u0085e\tf' }, 'en');
    expect(line).toBe('a b [31mc d e f');
  });

  it('can not make a line endless', () => {
    const path = `/${'x'.repeat(1_000_000)}`;
    expect(logLine({ kind: 'request', id: 'r', method: 'GET', path }, 'en').length).toBeLessThan(2_100);
  });
});
