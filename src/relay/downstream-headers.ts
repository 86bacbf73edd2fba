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
export function downstreamHeaders(
  rawHeaders: readonly string[],
  own: readonly string[],
  without?: string,
): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower) || lower === without || lower.startsWith('x-qcc-')) continue;
    out.push(name, rawHeaders[i + 1] ?? '');
  }
  out.push(...own);
  return out;
}
