/** RFC 9110 section 7.6.1; and what speaks of the upstream's own host and ports. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'alt-svc',
]);

/** Upstream headers as the client gets them, with the gateway's own on top. Both flat. */
export function downstreamHeaders(rawHeaders: readonly string[], own: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower) || lower.startsWith('x-qcc-')) continue;
    out.push(name, rawHeaders[i + 1] ?? '');
  }
  out.push(...own);
  return out;
}

/** The headers of a stream, for a client that gets its aggregate: the body is another one. */
export function aggregateHeaders(headers: readonly string[], bodyBytes: number): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!OF_THE_STREAM.has(name.toLowerCase())) out.push(name, headers[i + 1] ?? '');
  }
  out.push('content-type', 'application/json', 'content-length', String(bodyBytes));
  return out;
}

const OF_THE_STREAM = new Set(['content-type', 'content-length', 'cache-control', 'x-accel-buffering']);
