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

/**
 * What an edge in front of the gateway wrote for the gateway. Cloudflare refuses a call that carries another zone's.
 * Headers of its AI gateway (`cf-aig-…`) are the client's, and go on.
 */
const OF_AN_EDGE = new Set([
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-connecting-o2o',
  'cf-ew-via',
  'cf-ipcountry',
  'cf-pseudo-ipv4',
  'cf-ray',
  'cf-visitor',
  'cf-worker',
  'cdn-loop',
]);

/** This host refuses a request that carries both kinds of credential. */
const ANTHROPIC_HOST = 'api.anthropic.com';

interface Asking {
  readonly rawHeaders: readonly string[];
  readonly protocol: Protocol;
  readonly operation: Operation;
  readonly stream: boolean;
  readonly bodyWasDecoded: boolean;
  /** Takes the place of the client's own, where calls are traced. */
  readonly traceparent?: string | undefined;
}

/** What becomes of a client's header. Numbers, since one is looked up for each header of each call. */
const PASS = 0;
const DROP = 1;
/** It goes on, unless the gateway has decoded the body. */
const ENCODING = 2;
/** It goes on, unless the call has a trace of its own. */
const TRACE = 3;
/** It stays here, and names others that do. */
const CONNECTION = 4;

/** Clients may send any name: beyond so many they are judged anew each time. */
const NAMES_MAX = 256;

/** What is the same for all calls of a kind at an endpoint, hence made once. */
interface Compiled {
  /** The endpoint's own, flat. */
  readonly own: readonly string[];
  readonly replaced: ReadonlySet<string>;
  /** A header's name as it was written → what becomes of it. */
  readonly verdicts: Map<string, number>;
}

/**
 * The headers of an upstream call, flat. What the client sent goes on as it is, but for hop-by-hop headers,
 * credentials and what was meant for the gateway; the endpoint's credential and headers come on top.
 */
export function upstreamHeaders(asking: Asking, endpoint: Endpoint): string[] {
  const compiled = compiledFor(asking, endpoint);
  const { rawHeaders, bodyWasDecoded, traceparent } = asking;
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    const verdict = compiled.verdicts.get(name) ?? judge(name, compiled);
    if (verdict === CONNECTION && namesOthers(value)) return withoutNamed(asking, value, endpoint);
    if (verdict === DROP || verdict === CONNECTION) continue;
    if (verdict === ENCODING && bodyWasDecoded) continue;
    if (verdict === TRACE && traceparent !== undefined) continue;
    out.push(name, value);
  }
  addOwn(out, compiled.own, traceparent);
  return out;
}

function addOwn(out: string[], own: readonly string[], traceparent: string | undefined): void {
  for (let i = 0; i < own.length; i += 2) {
    if (own[i] === 'traceparent' && traceparent !== undefined) continue;
    out.push(own[i]!, own[i + 1]!);
  }
  if (traceparent !== undefined) out.push('traceparent', traceparent);
}

function judge(name: string, { replaced, verdicts }: Compiled): number {
  const verdict = verdictOf(name.toLowerCase(), replaced);
  if (verdicts.size < NAMES_MAX) verdicts.set(name, verdict);
  return verdict;
}

function verdictOf(lower: string, replaced: ReadonlySet<string>): number {
  if (lower === 'connection') return CONNECTION;
  if (HOP_BY_HOP.has(lower) || CREDENTIALS.has(lower) || replaced.has(lower)) return DROP;
  if (OF_AN_EDGE.has(lower) || lower.startsWith('x-qcc-')) return DROP;
  if (lower === 'content-encoding') return ENCODING;
  return lower === 'traceparent' ? TRACE : PASS;
}

/** Nearly every client says one of these, and nothing else. */
const namesOthers = (connection: string): boolean => connection !== 'keep-alive' && connection !== 'close';

/** As if the headers that `connection` names had not come. */
function withoutNamed(asking: Asking, connection: string, endpoint: Endpoint): string[] {
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  const kept: string[] = [];
  const { rawHeaders } = asking;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const lower = rawHeaders[i]!.toLowerCase();
    if (lower !== 'connection' && !named.has(lower)) kept.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  return upstreamHeaders({ ...asking, rawHeaders: kept }, endpoint);
}

const cache = new WeakMap<Endpoint, Record<'watched' | 'whole', Map<Protocol, Compiled>>>();

function compiledFor({ protocol, operation, stream }: Asking, endpoint: Endpoint): Compiled {
  const watched = operation === 'generate' && stream;
  let kinds = cache.get(endpoint);
  if (kinds === undefined) {
    kinds = { watched: new Map(), whole: new Map() };
    cache.set(endpoint, kinds);
  }
  const ofKind = watched ? kinds.watched : kinds.whole;
  const known = ofKind.get(protocol);
  if (known) return known;
  const made = compile(protocol, watched, endpoint);
  ofKind.set(protocol, made);
  return made;
}

function compile(protocol: Protocol, watched: boolean, endpoint: Endpoint): Compiled {
  const own = new Map(Object.entries(credentialHeaders(protocol, endpoint)));
  // A compressed stream can't be watched event by event, and compressors hold events back.
  if (watched) own.set('accept-encoding', 'identity');
  for (const [name, value] of Object.entries(endpoint.headers)) own.set(name.toLowerCase(), value);
  return { own: [...own].flat(), replaced: new Set(own.keys()), verdicts: new Map() };
}

function credentialHeaders(protocol: Protocol, { apiKey, baseUrl }: Endpoint): Record<string, string> {
  if (apiKey === '') return {};
  const bearer = { authorization: `Bearer ${apiKey}` };
  if (protocol !== 'anthropic-messages') return bearer;
  return new URL(baseUrl).hostname === ANTHROPIC_HOST
    ? { 'x-api-key': apiKey }
    : { 'x-api-key': apiKey, ...bearer };
}
