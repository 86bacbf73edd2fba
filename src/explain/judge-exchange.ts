import type { Evidence, ExplainRules } from './evidence.ts';
import { type Fact, fact, type Judgement, type Remedy } from './judgement.ts';
import { oneLine } from './wording.ts';

/** What is to be said of the exchange as a whole, apart from its attempts and its client. */
export function judgeExchange(
  evidence: Evidence,
  rules: ExplainRules,
  endedAt: number,
): Judgement | undefined {
  return (
    judgeQueue(evidence, rules, endedAt) ?? judgeGatewayEnd(evidence, endedAt) ?? judgeNoEndpoint(evidence)
  );
}

/** Refused for want of a place, or most of its time spent waiting for one. */
function judgeQueue(evidence: Evidence, rules: ExplainRules, endedAt: number): Judgement | undefined {
  const { exchange, settings } = evidence;
  const totalMs = endedAt - exchange.startedAt;
  const waitedMs =
    exchange.queuedMs ?? evidence.attempts.reduce((sum, { queuedMs = 0 }) => sum + queuedMs, 0);
  const code = codeOf(evidence);
  const refused = code === 'queue_full' || code === 'queue_timeout';
  if (!refused && (waitedMs < rules.waitedMs || waitedMs < totalMs / 2)) return undefined;
  const full = code === 'queue_full';
  return {
    kind: 'queue-full',
    case: full ? 'queue-full' : refused ? 'queue-timeout' : 'queue-slow',
    certainty: 'sure',
    attempts: [],
    words: {
      cluster: exchange.cluster,
      max: settings.queueMax,
      waited: { ms: refused && waitedMs === 0 ? totalMs : waitedMs },
      total: { ms: totalMs },
    },
    facts: [
      ...(refused ? [fact('errorCode', { status: exchange.status ?? 429, code: code ?? '' })] : []),
      ...(full ? [] : [fact('waited', { waited: { ms: waitedMs }, total: { ms: totalMs } })]),
      ...limitFacts(evidence),
    ],
    remedy: moreRoom(evidence, full),
    weightMs: Math.max(waitedMs, refused ? totalMs : 0),
  };
}

const codeOf = ({ exchange: { error, cause } }: Evidence): string | undefined => error ?? cause;

type Limited = Evidence['cluster'][number];

const limitsText = ({ limits }: Limited): string =>
  Object.entries(limits ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const limitFacts = ({ cluster }: Evidence): readonly Fact[] =>
  cluster
    .filter((one) => limitsText(one) !== '')
    .slice(0, 5)
    .map((one) => fact('limitsOf', { endpoint: oneLine(one.name, 60), limits: limitsText(one) }));

/** Room for more: in the queue, or at the endpoint whose limit is lowest. */
function moreRoom({ cluster, settings }: Evidence, full: boolean): Remedy {
  if (full) {
    const more = Math.min(1_000_000, Math.max(10, settings.queueMax * 2));
    return { kind: 'lines', lines: ['queue:', `  max: ${more}`] };
  }
  const limited = cluster.find(({ limits }) => limits?.concurrency !== undefined);
  if (limited?.limits?.concurrency === undefined) return { kind: 'second-endpoint' };
  const { concurrency } = limited.limits;
  return { kind: 'endpoint', id: limited.id, lines: [`limits: { concurrency: ${concurrency * 2} }`] };
}

/** The gateway's own endings. */
function judgeGatewayEnd(evidence: Evidence, endedAt: number): Judgement | undefined {
  const { exchange } = evidence;
  const name = endingOf(exchange.delivery, codeOf(evidence));
  if (name === undefined) return undefined;
  return {
    kind: 'gateway-ended',
    case: name,
    certainty: 'sure',
    attempts: [],
    words: {},
    facts:
      exchange.error === undefined
        ? []
        : [fact('errorCode', { status: exchange.status ?? 500, code: exchange.error })],
    ...(name === 'ended-drain' ? { remedy: { kind: 'lines', lines: ['drain: 10m'] } as const } : {}),
    weightMs: Math.max(0, endedAt - exchange.startedAt),
  };
}

function endingOf(delivery: string, code: string | undefined) {
  if (delivery === 'unknown') return 'ended-crash';
  if (code === 'draining') return 'ended-drain';
  return code === 'internal' ? 'ended-internal' : undefined;
}

function judgeNoEndpoint(evidence: Evidence): Judgement | undefined {
  if (codeOf(evidence) !== 'no_endpoint') return undefined;
  const { cluster, protocol, status } = evidence.exchange;
  return {
    kind: 'misconfigured',
    case: 'bad-cluster',
    certainty: 'sure',
    attempts: [],
    words: { cluster, protocol },
    facts: [fact('errorCode', { status: status ?? 503, code: 'no_endpoint' })],
    remedy: { kind: 'second-endpoint' },
    weightMs: 0,
  };
}
