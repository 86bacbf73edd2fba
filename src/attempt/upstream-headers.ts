import type { Endpoint } from '../domain/endpoint.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';

/** RFC 9110 section 7.6.1, and what undici writes itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
]);

/** The client's own credentials stay here. */
const CREDENTIALS = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie']);

/** This host refuses a request that carries both kinds of credential. */
const ANTHROPIC_HOST = 'api.anthropic.com';

interface Asking {
  readonly rawHeaders: readonly string[];
  readonly protocol: Protocol;
  readonly operation: Operation;
  readonly stream: boolean;
  readonly bodyWasDecoded: boolean;
  /** Takes the place of the client's own, where calls are traced. */
  readonly traceparent?: string;
}

/**
 * The headers of an upstream call, flat. What the client sent goes on as it is, but for hop-by-hop headers,
 * credentials and what was meant for the gateway; the endpoint's credential and headers come on top.
 */
export function upstreamHeaders(asking: Asking, endpoint: Endpoint): string[] {
  const fixed = ownHeaders(asking, endpoint);
  const own = asking.traceparent === undefined ? fixed : { ...fixed, traceparent: asking.traceparent };
  const replaced = new Set(Object.keys(own));
  const named = namedByConnection(asking.rawHeaders);
  const out: string[] = [];
  for (let i = 0; i + 1 < asking.rawHeaders.length; i += 2) {
    const name = asking.rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || CREDENTIALS.has(lower) || replaced.has(lower) || lower.startsWith('x-qcc-'))
      continue;
    if (named?.has(lower) || (asking.bodyWasDecoded && lower === 'content-encoding')) continue;
    out.push(name, asking.rawHeaders[i + 1] ?? '');
  }
  for (const [name, value] of Object.entries(own)) out.push(name, value);
  return out;
}

function namedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length === 10 && rawHeaders[i]?.toLowerCase() === 'connection') {
      return new Set(
        rawHeaders[i + 1]
          ?.toLowerCase()
          .split(',')
          .map((name) => name.trim()),
      );
    }
  }
  return undefined;
}

const cache = new WeakMap<Endpoint, Map<string, Readonly<Record<string, string>>>>();

/** Lower-case names. The same for every request of a kind, hence made once. */
function ownHeaders(
  { protocol, operation, stream }: Asking,
  endpoint: Endpoint,
): Readonly<Record<string, string>> {
  const byKind = cache.get(endpoint) ?? new Map<string, Readonly<Record<string, string>>>();
  cache.set(endpoint, byKind);
  const watched = operation === 'generate' && stream;
  const kind = `${protocol} ${watched}`;
  const known = byKind.get(kind);
  if (known) return known;
  const made: Record<string, string> = { ...credentialHeaders(protocol, endpoint) };
  // A compressed stream can't be watched event by event, and compressors hold events back.
  if (watched) made['accept-encoding'] = 'identity';
  for (const [name, value] of Object.entries(endpoint.headers)) made[name.toLowerCase()] = value;
  byKind.set(kind, made);
  return made;
}

function credentialHeaders(protocol: Protocol, { apiKey, baseUrl }: Endpoint): Record<string, string> {
  if (apiKey === '') return {};
  const bearer = { authorization: `Bearer ${apiKey}` };
  if (protocol !== 'anthropic-messages') return bearer;
  return new URL(baseUrl).hostname === ANTHROPIC_HOST
    ? { 'x-api-key': apiKey }
    : { 'x-api-key': apiKey, ...bearer };
}
