import type { Endpoint } from '../../domain/endpoint.ts';
import type { Settings } from '../../domain/settings.ts';
import { type Call, evidenceOf, groupBy, lostIn } from './calls.ts';
import type { Advice } from './finding.ts';

/**
 * Hosts of vendors where cancelling a stream does not stop billing, by OpenRouter's list of providers
 * (https://openrouter.ai/docs/api-reference/streaming#stream-cancellation).
 */
const BILL_ANYWAY =
  /(^|\.)(bedrock[\w.-]*\.amazonaws\.com|googleapis\.com|groq\.com|mistral\.ai|perplexity\.ai|minimax\.io|minimaxi\.com|aliyuncs\.com|sambanova\.ai)$/;

const billsAnyway = ({ baseUrl, cancelStopsBilling }: Endpoint): boolean =>
  cancelStopsBilling !== false && URL.canParse(baseUrl) && BILL_ANYWAY.test(new URL(baseUrl).hostname);

/** Advice where calls were cancelled, and so thrown away, at vendors that bill them in full. */
export function adviceOnBilling(calls: readonly Call[], settings: Settings): readonly Advice[] {
  const endpoints = new Map(
    settings.clusters.flatMap((cluster) => cluster.endpoints).map((endpoint) => [endpoint.id, endpoint]),
  );
  const cancelled = calls.filter(
    ({ attempt }) => attempt.result === 'cancelled' && attempt.charge !== 'not-charged',
  );
  return [...groupBy(cancelled, ({ attempt }) => attempt.endpointId)].flatMap(([id, group]) => {
    const endpoint = endpoints.get(id);
    if (endpoint === undefined || !billsAnyway(endpoint)) return [];
    return [
      {
        kind: 'billing',
        about: { endpoint: endpoint.name, id },
        evidence: evidenceOf(group, ({ attempt }) => attempt.totalMs),
        lost: lostIn(group),
        change: { kind: 'endpoint', id, key: 'cancel_stops_billing', value: false },
      } as const,
    ];
  });
}
