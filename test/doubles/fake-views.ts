import type { Explanation, PageExplanation } from '../../src/domain/explanation.ts';
import type { EndpointView } from '../../src/domain/health.ts';
import type { ExchangeRecord, LedgerPoint, LedgerSummary } from '../../src/domain/ledger.ts';
import type {
  ClusterView,
  ConfigView,
  ExchangeView,
  GatewayView,
  LiveView,
  QueueView,
  RoutesView,
  VerificationView,
  WhatIfView,
} from '../../src/domain/view.ts';

/** What the fake admin API shows. */

export const ENDPOINT: EndpointView = {
  id: '1e3e69eb',
  name: 'jp',
  baseUrl: 'https://jp.example.com',
  clusters: ['main'],
  enabled: true,
  priority: 1,
  weight: 100,
  health: 'unhealthy',
  circuit: { kind: 'open', since: 1, nextCheckAt: 2, checks: 0 },
  inQueue: true,
  coolingUntil: 0,
  requests: 3,
  consecutiveFailures: 3,
  qps: 0,
  inFlight: 0,
};
export const ROUTES: RoutesView = {
  routes: [{ name: 'thinking', match: { thinking: true }, cluster: 'main/a', scenario: 'reasoning' }],
  defaultCluster: 'main/a',
  clientKeys: ['alice'],
  listeners: ['127.0.0.1:7860'],
};
export const CLUSTER: ClusterView = {
  name: 'main/a',
  strategy: 'priority',
  isDefault: true,
  endpoints: [ENDPOINT],
};
export const GATEWAY: GatewayView = {
  pid: 42,
  version: '0.1.0',
  addresses: ['http://127.0.0.1:7860'],
  startedAt: 1,
  draining: false,
  config: { file: '/home/u/.qcc/config.yaml', loadedAt: 1, demo: false },
  requests: 3,
  successes: 2,
  failures: 1,
  running: 0,
  lifetime: { requests: 3, successes: 2, failures: 1 },
  endpoints: [ENDPOINT],
};
export const QUEUE: QueueView = {
  endpointId: '1e3e69eb',
  name: 'jp',
  baseUrl: 'https://jp',
  since: 1,
  checks: 0,
};
export const VERIFIED: VerificationView = {
  endpointId: '1e3e69eb',
  name: 'jp',
  baseUrl: 'https://jp',
  ok: true,
  tookMs: 900,
  model: 'm',
  protocol: 'anthropic-messages',
};
export const EXCHANGE: ExchangeView = {
  id: 'req-1',
  startedAt: 1,
  elapsedMs: 2,
  silenceMs: 1,
  path: '/v1/messages',
  operation: 'generate',
  protocol: 'anthropic-messages',
  stream: true,
  client: 'local',
  cluster: 'main/a',
  scenario: 'chat',
  attempts: 1,
  followers: 1,
  joined: 0,
  keptBytes: 12,
  receivedBytes: 12,
  state: 'streaming',
};

export const RECORDED: ExchangeRecord = {
  id: 'req-1',
  startedAt: 1,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  listener: '127.0.0.1:7860',
  cluster: 'main/a',
  scenario: 'chat',
  requestBytes: 9,
  delivery: 'delivered',
  joined: 0,
  usage: {},
  charge: 'unknown',
  lostCalls: 0,
  savedCalls: 0,
};
export const SUMMARY: LedgerSummary = {
  exchanges: 1,
  attempts: 1,
  delivered: 1,
  inputTokens: 0,
  outputTokens: 0,
  costMicroUsd: 0,
  unknownCost: 1,
  lostMicroUsd: 0,
  lostCalls: 0,
  savedMicroUsd: 0,
  savedCalls: 0,
};

export const POINT: LedgerPoint = { id: 'req-1', startedAt: 1, durationMs: 2, failed: false };
export const WHAT_IF: WhatIfView = {
  protocol: 'anthropic-messages',
  operation: 'generate',
  scenario: 'chat',
  scenarioBy: 'what the request asks for',
  cluster: 'main/a',
  timers: {},
  endpoints: [],
};
export const CONFIG: ConfigView = {
  file: '/home/u/.qcc/config.yaml',
  exists: true,
  text: 'listen: 1\n',
  version: 'a',
  problems: [],
};
export const EXPLANATION: Explanation = {
  exchange: RECORDED,
  attempts: [],
  verdict: 'fine',
  headline: 'It went well.',
  findings: [],
  timeline: [],
  waterfall: { totalMs: 1, bars: [], marks: [] },
  money: 'Nothing was lost.',
  did: [],
};
export const PAGE: PageExplanation = {
  kind: 'page',
  headline: 'A 524 page',
  what: 'An edge made it.',
  fix: 'Stream.',
  candidates: [],
};
export const LIVE: LiveView = {
  at: 1,
  runningCount: 1,
  running: [EXCHANGE],
  endpoints: [ENDPOINT],
  queue: [QUEUE],
  recent: { windowMs: 300_000, requests: 0, failed: 0, perSecond: [], causes: [], today: SUMMARY },
  draining: false,
};
