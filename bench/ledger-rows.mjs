// Made-up exchanges for bench/ledger.mjs: the same ones every time, in about the proportions of coding agents' traffic.

export const DAYS = 90;
/** The end of the time they fill. */
export const NOW = Date.UTC(2026, 5, 1, 12);
const DAY_MS = 86_400_000;

const MODELS = [
  'claude-opus-4-5',
  'claude-sonnet-4-5',
  'claude-haiku-4-5',
  'gpt-5',
  'gpt-5-mini',
  'deepseek-v3',
];
const CLIENTS = ['ann', 'bob', 'carol', 'ci'];
const FAILURES = ['edge-timeout', 'timeout', 'reset', 'overloaded', 'upstream-error', 'rate-limited'];
const HEADERS = {
  'user-agent': 'claude-cli/2.1.330 (external, cli)',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14',
  'x-stainless-timeout': '600',
  authorization: '***',
};
const ANSWER_HEADERS = {
  server: 'cloudflare',
  'cf-error-type': 'origin',
  'retry-after': '30',
  'anthropic-ratelimit-requests-limit': '4000',
  'anthropic-ratelimit-requests-remaining': '3999',
};

/** 0…1, the same for the same seed: a few rounds of integer mixing (murmur3's finalizer). */
function fraction(seed) {
  let x = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** As the gateway's: nine digits of time, four more. */
function idOf(at, n) {
  let id = '';
  for (let rest = Math.floor(at), i = 0; i < 9; i += 1, rest = Math.floor(rest / 32))
    id = DIGITS[rest % 32] + id;
  for (let rest = n, i = 0; i < 4; i += 1, rest = Math.floor(rest / 32)) id += DIGITS[rest % 32];
  return `req-${id}`;
}

/** Half of them take under 8 s, three in ten over 10 s, one in forty over 100 s. */
function durationMs(n) {
  const spread =
    Math.sqrt(-2 * Math.log(1 - fraction(n * 7 + 1))) * Math.cos(2 * Math.PI * fraction(n * 7 + 2));
  return Math.round(6_000 * Math.exp(1.35 * spread));
}

/** The exchange `n` of `rows`, with its attempts. Every fifth counts tokens only; one in 25 fails. */
export function recordOf(n, rows) {
  const startedAt = NOW - DAYS * DAY_MS + (n * DAYS * DAY_MS) / rows;
  const id = idOf(startedAt, n);
  const counting = n % 5 === 4;
  const failed = !counting && fraction(n * 7 + 3) < 0.05;
  const failedOver = !counting && !failed && fraction(n * 7 + 4) < 0.03;
  const ms = counting ? 150 + Math.round(200 * fraction(n)) : durationMs(n);
  const usage = failed || counting ? {} : { inputTokens: 9_000, outputTokens: 700, cacheReadTokens: 40_000 };
  const cause = FAILURES[Math.floor(fraction(n * 7 + 5) * FAILURES.length)];
  const first = `endpoint-${1 + Math.floor(fraction(n * 7 + 6) ** 2 * 3)}`;
  const attempts = [];
  if (failed || failedOver) attempts.push(failedAttempt(id, startedAt, first, cause, ms));
  if (!failed)
    attempts.push(
      answeredAttempt(
        id,
        startedAt,
        attempts.length === 0 ? first : 'endpoint-3',
        ms,
        usage,
        attempts.length + 1,
      ),
    );
  const lost = failed && (cause === 'edge-timeout' || cause === 'timeout');
  return {
    exchange: {
      id,
      startedAt,
      endedAt: startedAt + ms,
      path: counting ? '/v1/messages/count_tokens' : '/v1/messages',
      protocol: 'anthropic-messages',
      operation: counting ? 'count-tokens' : 'generate',
      stream: !counting,
      model: MODELS[Math.floor(fraction(n * 7) * MODELS.length)],
      effort: 'high',
      client: counting ? 'counter' : CLIENTS[n % CLIENTS.length],
      listener: 'main',
      cluster: 'default',
      scenario: 'reasoning',
      requestBytes: 60_000 + (n % 1_000),
      status: failed ? 504 : 200,
      route: 'default',
      attemptCount: attempts.length,
      endpointId: attempts.at(-1).endpointId,
      ...(failed ? {} : { firstEventMs: 900 }),
      longestSilenceMs: Math.min(ms, 4_000),
      ...(failed || failedOver ? { cause } : {}),
      failed,
      throughEdge: n % 2 === 0,
      queuedMs: 0,
      backoffMs: 0,
      clientPatienceMs: 600_000,
      heartbeats: Math.floor(ms / 15_000),
      ...(failed || ms >= 10_000 ? { headers: HEADERS } : {}),
      delivery: failed ? 'refused' : 'delivered',
      joined: 0,
      usage,
      charge: failed ? 'unknown' : 'charged',
      ...(failed ? {} : { costMicroUsd: 41_000 }),
      ...(lost ? {} : { lostMicroUsd: 0 }),
      lostCalls: lost ? 1 : 0,
      savedMicroUsd: 0,
      savedCalls: 0,
    },
    attempts,
  };
}

function answeredAttempt(exchangeId, startedAt, endpointId, ms, usage, n) {
  return {
    exchangeId,
    n,
    endpointId,
    startedAt: startedAt + (n - 1) * 1_000,
    queuedMs: 0,
    backoffMs: 0,
    streamed: true,
    sentMs: 3,
    firstByteMs: 700,
    firstEventMs: 900,
    longestSilenceMs: Math.min(ms, 4_000),
    totalMs: ms,
    result: 'answered',
    status: 200,
    chargeRisk: 'certain',
    charge: 'charged',
    usage,
    costMicroUsd: 41_000,
    upstreamRequestId: `req_011C${exchangeId.slice(4)}`,
    why: 'priority',
  };
}

function failedAttempt(exchangeId, startedAt, endpointId, result, ms) {
  return {
    exchangeId,
    n: 1,
    endpointId,
    startedAt,
    queuedMs: 0,
    backoffMs: 0,
    dnsMs: 2,
    tcpMs: 30,
    tlsMs: 45,
    streamed: true,
    sentMs: 80,
    longestSilenceMs: ms,
    totalMs: ms,
    result,
    status: 524,
    phase: 'wait',
    endedBy: 'edge',
    silenceMs: ms,
    chargeRisk: 'likely',
    charge: 'unknown',
    usage: {},
    detail: 'HTTP 524',
    headers: ANSWER_HEADERS,
    said: 'A timeout occurred',
    why: 'priority',
  };
}
