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

/** What describes a stream's body: an aggregate is another one. */
const OF_THE_STREAM = new Set(['content-type', 'content-length', 'cache-control', 'x-accel-buffering']);

/** Spellings of header names that were seen: lower-casing each of them for each answer costs more than the rest. */
const SPELLINGS_MAX = 500;
const spellings = new Map<string, Spelling>();

interface Spelling {
  readonly isForwarded: boolean;
  readonly isOfTheStream: boolean;
  readonly isLength: boolean;
}

function spelling(name: string): Spelling {
  const known = spellings.get(name);
  if (known) return known;
  const lower = name.toLowerCase();
  const made = {
    isForwarded: !NOT_FORWARDED.has(lower) && !lower.startsWith('x-qcc-'),
    isOfTheStream: OF_THE_STREAM.has(lower),
    isLength: lower === 'content-length',
  };
  if (spellings.size < SPELLINGS_MAX) spellings.set(name, made);
  return made;
}

/** Upstream headers as the client gets them, with the gateway's own on top. Both flat. */
export function downstreamHeaders(rawHeaders: readonly string[], own: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (spelling(name).isForwarded) out.push(name, rawHeaders[i + 1]!);
  }
  for (const part of own) out.push(part);
  return out;
}

/** The headers of a stream, for a client that gets its aggregate, without a length: the body is another one. */
export function aggregateHeaders(headers: readonly string[], own: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!;
    if (!spelling(name).isOfTheStream) out.push(name, headers[i + 1]!);
  }
  out.push('content-type', 'application/json');
  for (const part of own) out.push(part);
  return out;
}

/** Of an answer that is given from a later byte on. */
export function withoutLength(headers: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (!spelling(headers[i]!).isLength) out.push(headers[i]!, headers[i + 1]!);
  return out;
}
