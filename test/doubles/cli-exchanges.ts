import type { Explanation } from '../../src/domain/explanation.ts';
import type { AttemptRecord, ExchangeRecord } from '../../src/domain/ledger.ts';
import type { ExchangeView, LiveView } from '../../src/domain/view.ts';
import { ENDPOINTS, NOW } from './fake-gateway.ts';

/** Answered after three minutes, past an edge that cut the first attempt. */
export const RECOVERED: ExchangeRecord = {
  id: 'req-01kdxa7xg2abc',
  startedAt: NOW - 187_400,
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
  route: 'thinking',
  attemptCount: 2,
  endpointId: '2f4a80fc',
  firstEventMs: 103_200,
  longestSilenceMs: 100_200,
  cause: 'edge-timeout',
  failed: false,
  throughEdge: true,
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

function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as T;
}

/** Cut at a hundred seconds, and nothing came of it. */
export const FAILED: ExchangeRecord = {
  ...without(RECOVERED, 'costMicroUsd', 'lostMicroUsd', 'firstEventMs', 'savedMicroUsd'),
  id: 'req-01kdxa82j4abd',
  startedAt: NOW - 100_400,
  endedAt: NOW,
  status: 524,
  attemptCount: 1,
  endpointId: '1e3e69eb',
  failed: true,
  delivery: 'refused',
  error: 'first_byte_timeout',
  usage: {},
  charge: 'unknown',
  lostCalls: 1,
  savedCalls: 0,
};

/** As an earlier version of the gateway wrote it: without evidence, and from the day before. */
const BARE: ExchangeRecord = {
  ...without(
    FAILED,
    'route',
    'attemptCount',
    'endpointId',
    'longestSilenceMs',
    'cause',
    'failed',
    'throughEdge',
    'model',
    'status',
  ),
  id: 'req-7k3q9xm2abe',
  startedAt: NOW - 26 * 3_600_000,
  endedAt: NOW - 26 * 3_600_000 + 850,
  client: '一台名字特别长的笔记本电脑, "quoted"',
  delivery: 'left',
};

const RUNNING_ROW: ExchangeRecord = {
  ...without(RECOVERED, 'endedAt', 'status', 'cause', 'firstEventMs', 'endpointId'),
  id: 'req-01kdxa8zz9abf',
  startedAt: NOW - 4_000,
  client: 'evil\u001b[2Jclient',
  attemptCount: 1,
  delivery: 'running',
  charge: 'unknown',
};

/** Newest first, as the ledger lists them. */
export const ROWS: readonly ExchangeRecord[] = [RUNNING_ROW, FAILED, RECOVERED, BARE];

const ATTEMPT: AttemptRecord = {
  exchangeId: RECOVERED.id,
  n: 1,
  endpointId: '1e3e69eb',
  startedAt: RECOVERED.startedAt,
  longestSilenceMs: 100_200,
  totalMs: 100_200,
  result: 'edge-timeout',
  chargeRisk: 'likely',
  charge: 'unknown',
  usage: {},
  why: 'priority',
};

/** What the gateway says of `RECOVERED`, in both languages. */
export const EXPLANATION: Readonly<Record<'en' | 'zh', Explanation>> = {
  en: explanationWith({
    headline:
      'The edge in front of jp.duckcoding.com cut the first attempt after 100.2 s of silence; the second one answered.',
    what: 'Something in front of jp.duckcoding.com cut the call after 100.2 s without a byte, while the model was still thinking.',
    evidence: [
      '524 with cf-ray 8f0c1a2b3c4d5e6f-NRT and an HTML body: made by an edge, not by the upstream',
      'cuts at 99.8 to 100.4 s were seen 3 times at this endpoint, https://jp.duckcoding.com/a/very/long/path/that/has/no/place/to/break/but/must/not/be/wider/than/the/terminal',
    ],
    fix: 'Say what its edge allows, and requests that will be silent for longer go elsewhere.',
    timeline: [
      'asked for an answer, not streamed',
      'asked jp.duckcoding.com (priority)',
      'cut the call',
      'left',
    ],
    note: '524 after 100.2 s of silence',
    answered: 'answered 200',
    edge: 'edge of jp.duckcoding.com: 100 s',
    left: 'client left after 60.0 s',
    money: '$0.0481 for the answer; about $0.0123 was lost with the first attempt.',
    did: ['It asked again elsewhere.', 'It kept the answer for the client that came back.'],
  }),
  zh: explanationWith({
    headline: 'jp.duckcoding.com 前面的边缘在静默 100.2 秒后切断了第一次尝试，第二次得到了应答。',
    what: '在模型仍在思考时，jp.duckcoding.com 前面有东西在 100.2 秒没有任何字节后切断了调用。',
    evidence: [
      '524，带 cf-ray 8f0c1a2b3c4d5e6f-NRT 和 HTML 正文：由边缘产生，而不是上游',
      '该 endpoint 在静默 99.8 到 100.4 秒时被切断过 3 次，',
    ],
    fix: '写明其边缘的限制，预计静默更久的请求就会走别处。',
    timeline: ['请求应答（非流式）', '向 jp.duckcoding.com 发起请求（优先级）', '切断了调用', '离开'],
    note: '静默 100.2 秒后返回 524',
    answered: '应答 200',
    edge: 'jp.duckcoding.com 的边缘：100 秒',
    left: '客户端在 60.0 秒后离开',
    money: '应答花费 $0.0481；第一次尝试损失约 $0.0123。',
    did: ['改用其他 endpoint 重新请求。', '为再次连接的客户端保留了应答。'],
  }),
};

interface Said {
  readonly headline: string;
  readonly what: string;
  readonly evidence: readonly string[];
  readonly fix: string;
  readonly timeline: readonly string[];
  readonly note: string;
  readonly answered: string;
  readonly edge: string;
  readonly left: string;
  readonly money: string;
  readonly did: readonly string[];
}

function explanationWith(said: Said): Explanation {
  const [asked = '', sent = '', cut = '', left = ''] = said.timeline;
  return {
    exchange: RECOVERED,
    attempts: [ATTEMPT, { ...ATTEMPT, n: 2, endpointId: '2f4a80fc', result: 'answered' }],
    verdict: 'recovered',
    headline: said.headline,
    findings: [
      {
        kind: 'edge-cut',
        certainty: 'sure',
        attempts: [1],
        what: said.what,
        evidence: said.evidence,
        fix: said.fix,
        config:
          'clusters:\n  main:\n    endpoints:\n      - name: jp.duckcoding.com\n        edge: { silence: 95s }\n',
      },
      { kind: 'client-gave-up', certainty: 'likely', attempts: [], what: left, evidence: [], fix: '' },
    ],
    timeline: [
      { atMs: 0, who: 'client', text: asked },
      { atMs: 12, who: 'gateway', attempt: 1, text: sent },
      { atMs: 60_000, who: 'client', text: left },
      { atMs: 100_200, who: 'edge', attempt: 1, text: cut },
    ],
    waterfall: {
      totalMs: 187_400,
      bars: [
        {
          label: 'jp.duckcoding.com #1',
          attempt: 1,
          parts: [
            { phase: 'queue', fromMs: 0, toMs: 12_000 },
            { phase: 'dns', fromMs: 12_000, toMs: 12_012 },
            { phase: 'connect', fromMs: 12_012, toMs: 12_052 },
            { phase: 'wait', fromMs: 12_052, toMs: 100_200 },
          ],
          end: 'cut',
          note: said.note,
        },
        {
          label: '备用线路之二（东京机房） #2',
          attempt: 2,
          parts: [
            { phase: 'backoff', fromMs: 100_200, toMs: 103_000 },
            { phase: 'wait', fromMs: 103_000, toMs: 120_000 },
            { phase: 'stream', fromMs: 120_000, toMs: 187_400 },
          ],
          end: 'whole',
          note: said.answered,
        },
      ],
      marks: [
        { atMs: 60_000, kind: 'client-left', label: said.left },
        { atMs: 112_000, kind: 'edge', label: said.edge },
      ],
    },
    money: said.money,
    did: said.did,
  };
}

export const RUNNING: ExchangeView = {
  id: 'req-01kdxa5s19abg',
  startedAt: NOW - 95_000,
  elapsedMs: 95_000,
  silenceMs: 12_300,
  path: '/v1/messages',
  operation: 'generate',
  protocol: 'anthropic-messages',
  stream: true,
  model: 'claude-opus-4-5-20251101',
  client: 'laptop',
  cluster: 'main',
  scenario: 'reasoning',
  endpointId: '1e3e69eb',
  attempts: 1,
  followers: 1,
  joined: 0,
  keptBytes: 4_096,
  receivedBytes: 4_096,
  estimatedTokensPerS: 41.6,
  state: 'streaming',
};

/** Three requests under way, one of them nobody's. */
export const LIVE: LiveView = {
  at: NOW,
  runningCount: 3,
  running: [
    {
      ...RUNNING,
      id: 'req-01kdxa4000abh',
      elapsedMs: 131_000,
      silenceMs: 131_000,
      state: 'attempting',
      followers: 0,
    },
    RUNNING,
    {
      ...without(RUNNING, 'endpointId', 'model', 'estimatedTokensPerS'),
      elapsedMs: 850,
      silenceMs: 850,
      state: 'waiting',
      client: '一台名字特别长的笔记本电脑',
    },
  ],
  endpoints: ENDPOINTS,
  queue: [],
  recent: {
    windowMs: 300_000,
    requests: 312,
    failed: 4,
    perSecond: Array.from({ length: 120 }, (_one, index) => index % 3),
    firstEventMs: { p50: 1_234, p95: 8_900, p99: 12_000 },
    durationMs: { p50: 12_345, p95: 101_000, p99: 200_000 },
    causes: [
      { cause: 'edge-timeout', count: 3 },
      { cause: 'reset', count: 1 },
    ],
    today: {
      exchanges: 4_321,
      attempts: 5_432,
      delivered: 4_200,
      inputTokens: 0,
      outputTokens: 0,
      costMicroUsd: 543_210_000,
      unknownCost: 0,
      lostMicroUsd: 12_300,
      lostCalls: 1,
      savedMicroUsd: 48_100,
      savedCalls: 1,
    },
  },
  draining: false,
};
