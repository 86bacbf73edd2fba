/** Who made a pasted text, as far as its marks tell. */
export type PageMaker =
  | 'cloudflare'
  | 'nginx'
  | 'alb'
  | 'gateway'
  | 'vendor'
  | 'client-timeout'
  | 'client-connection'
  | 'unknown';

/** What a pasted text says. Nothing of it is trusted: it only leads to rows of the ledger, or to general advice. */
export interface PageReading {
  readonly maker: PageMaker;
  /** Ids of our own, in the order in which they stand there. */
  readonly exchangeIds: readonly string[];
  /** Ids of the upstream's: `request-id`, `x-request-id`. */
  readonly upstreamIds: readonly string[];
  /** Cloudflare's Ray ids, without the data centre behind the dash, in lower case. */
  readonly rays: readonly string[];
  readonly status?: number;
  /** When it was made, ms since the epoch. */
  readonly at?: number;
  readonly host?: string;
  /** Code of an error of the gateway's. */
  readonly code?: string;
}

/** More than any page has; the rest is not looked at. */
const MOST_TEXT = 256 * 1024;
const MOST_IDS = 10;

/** Reads ids, marks, status, time and host out of a text that somebody pasted. `now`: the year of dates without one. */
export function readPage(text: string, now: number): PageReading {
  const page = text.slice(0, MOST_TEXT);
  const plain = withoutTags(page);
  const status = statusIn(page, plain);
  const at = timeIn(plain, now);
  const host = hostIn(page, plain);
  const code = codeIn(page);
  return {
    maker: makerOf(page, plain, status),
    exchangeIds: all(page, /req-[0-9a-hjkmnp-tv-z]{6,13}/gi).map((id) => id.toLowerCase()),
    upstreamIds: all(page, /\breq_[0-9A-Za-z]{10,40}\b/g),
    rays: raysIn(page, plain),
    ...(status === undefined ? {} : { status }),
    ...(at === undefined ? {} : { at }),
    ...(host === undefined ? {} : { host }),
    ...(code === undefined ? {} : { code }),
  };
}

/** Each match once, in their order; at most a few. */
function all(text: string, pattern: RegExp, group = 0): readonly string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    if (found.size >= MOST_IDS) break;
    found.add(match[group] ?? '');
  }
  return [...found];
}

/** Text as a browser would show it, on one line. No parser: what it is for is a handful of marks. */
function withoutTags(page: string): string {
  return page
    .replace(/<(script|style)\b[^>]{0,500}>[^<]{0,20000}/gi, ' ')
    .replace(/<[^<>]{0,2000}>/g, ' ')
    .replace(/&(nbsp|bull|#8226|#160);/gi, ' ')
    .replace(/\s+/g, ' ');
}

/** A Ray ID has 16 hex digits, and in headers the data centre behind a dash. */
function raysIn(page: string, plain: string): readonly string[] {
  const labelled = [
    ...all(plain, /ray[ _-]?id"?\s*[:=]?\s*"?([0-9a-f]{16})\b/gi, 1),
    ...all(page, /\bcf-ray"?\s*[:=]\s*"?([0-9a-f]{16})\b/gi, 1),
    ...all(page, /\b([0-9a-f]{16})-[A-Z]{3}\b/g, 1),
  ];
  return [...new Set(labelled.map((ray) => ray.toLowerCase()))].slice(0, MOST_IDS);
}

const STATUS_PATTERNS: readonly RegExp[] = [
  /"error_code"\s*:\s*(\d{3})\b/,
  /"status"\s*:\s*(\d{3})\b/,
  /\berror code:?\s*(\d{3})\b/i,
  /\bapi error:?\s*\(?(\d{3})\b/i,
  /\b(\d{3}) status code\b/i,
  /\bstatus(?: code)?[ :=]+(\d{3})\b/i,
  /\bHTTP\/[\d.]+ (\d{3})\b/,
  /\bHTTP[ :]+(\d{3})\b/,
  /\b(\d{3}):? (?:a timeout occurred|gateway time-?out|bad gateway|service (?:temporarily )?unavailable|web server|origin|ssl handshake|invalid ssl|connection timed out|internal server error|too many requests|unauthorized|forbidden)/i,
  /\berror (\d{3})\b/i,
  /^\s*(\d{3})\b/,
  /\b(502|503|504|52[0-7]|529|530|429)\b/,
];

function statusIn(page: string, plain: string): number | undefined {
  for (const pattern of STATUS_PATTERNS) {
    const status = Number((pattern.exec(plain) ?? pattern.exec(page))?.[1]);
    if (status >= 400 && status <= 599) return status;
  }
  const type = /"type"\s*:\s*"(\w{5,30}_error)"/.exec(page)?.[1] ?? '';
  return STATUS_OF_TYPE[type];
}

/** The vendors' error bodies name their kind where they leave the status to the head. */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * `2026-11-22 00:54:03 UTC` of pages, `2026-11-22T00:54:03.123Z` of JSON. Without a zone (as in our own text log) it
 * could be any hour, and leads nowhere.
 */
const INSTANT =
  /\b(20\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?\s*(Z|UTC|GMT|[+-]\d\d:\d\d)/i;
/** `Sun, 22 Nov 2026 00:54:03 GMT`, as headers have it. */
const HTTP_DATE = /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT\b/;
const A_DAY_MS = 86_400_000;

function timeIn(text: string, now: number): number | undefined {
  const found = INSTANT.exec(text);
  const zone = found?.[8]?.toUpperCase();
  const at = found ? instantOf(found, zone) : Date.parse(HTTP_DATE.exec(text)?.[0] ?? '');
  // A date far from now is another one: of a copyright line, or a forecast.
  return Number.isFinite(at) && at < now + A_DAY_MS && at > 0 ? at : undefined;
}

function instantOf(found: RegExpExecArray, zone: string | undefined): number {
  const [, year, month, day, hour, minute, second, fraction = '0'] = found;
  const offset = zone === 'UTC' || zone === 'GMT' ? 'Z' : zone;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}${offset}`);
}

/** The title of Cloudflare's pages begins with the host, and the host stands again over its status. */
function hostIn(page: string, plain: string): string | undefined {
  const name = /([a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24})/;
  const found =
    new RegExp(`<title>\\s*${name.source}\\s*\\|`, 'i').exec(page) ??
    new RegExp(`"zone"\\s*:\\s*"${name.source}"`, 'i').exec(page) ??
    new RegExp(
      `\\bhttps?://(?!developers\\.cloudflare|www\\.cloudflare|support\\.cloudflare)${name.source}`,
      'i',
    ).exec(plain);
  const host = found?.[1]?.toLowerCase();
  return host === undefined || /(^|\.)cloudflare\.com$/.test(host) ? undefined : host;
}

/** A code of our catalogue, in the places where our errors have it. */
function codeIn(page: string): string | undefined {
  return (
    /\bx-qcc-error"?\s*[:=]\s*"?([a-z_]{4,40})/i.exec(page)?.[1] ??
    /\bstatus \d{3} \(([a-z_]{4,40}):/.exec(page)?.[1] ??
    /"code"\s*:\s*"([a-z_]{4,40})"/.exec(page)?.[1]
  );
}

const MAKERS: readonly (readonly [PageMaker, RegExp])[] = [
  ['gateway', /\breq-[0-9a-hjkmnp-tv-z]{13}\b|x-qcc-/i],
  [
    'cloudflare',
    /cf-error-details|cf-wrapper|"cloudflare_error"\s*:\s*true|cloudflare ray id|error code: 5[23]\d\b/i,
  ],
  ['alb', /awselb\/|<center><h1>50[234] [^<]*<\/h1><\/center>\s*<\/body>/i],
  [
    'nginx',
    /<center>\s*(?:nginx|openresty|tengine)[^<]*<\/center>|\b(?:nginx|openresty|tengine)\/?[\d.]*\s*$/i,
  ],
  ['vendor', /"type"\s*:\s*"error"|"error"\s*:\s*\{|\breq_[0-9A-Za-z]{10,}/],
  [
    'client-timeout',
    /APIConnectionTimeoutError|APITimeoutError|Request timed out|ReadTimeout|UND_ERR_(?:HEADERS|BODY)_TIMEOUT|ETIMEDOUT|timeout of \d+ ?ms/i,
  ],
  [
    'client-connection',
    /APIConnectionError|Connection error|ECONNRESET|ECONNREFUSED|socket hang up|fetch failed|\bterminated\b|stream disconnected|other side closed|RemoteProtocolError|IncompleteRead|premature close/i,
  ],
];

/** The first mark that is there; Cloudflare's own statuses need none. */
function makerOf(page: string, plain: string, status: number | undefined): PageMaker {
  const marked = MAKERS.find(([, mark]) => mark.test(page) || mark.test(plain))?.[0];
  const isEdgeStatus = status !== undefined && status >= 520 && status <= 530 && status !== 529;
  if (isEdgeStatus && marked !== 'gateway') return 'cloudflare';
  return marked ?? 'unknown';
}
