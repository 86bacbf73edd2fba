import type { PageExplanation } from '../domain/explanation.ts';
import type { EndpointView } from '../domain/health.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import type { Language } from '../errors/catalogue.ts';
import { yamlText, yamlUrl } from './config-text.ts';
import { PAGE_WORDS, PAGES, type PageCase } from './page-messages.ts';
import type { PageReading } from './page-reading.ts';
import { say } from './wording.ts';

/** What led from a text to a row. */
export type FoundBy = 'id' | 'ray' | 'upstream-id' | 'time' | 'left' | 'only';

const FOUND = {
  id: PAGE_WORDS.foundId,
  ray: PAGE_WORDS.foundRay,
  'upstream-id': PAGE_WORDS.foundUpstreamId,
  time: PAGE_WORDS.foundTime,
  left: PAGE_WORDS.foundLeft,
  only: PAGE_WORDS.foundOnly,
} as const;

export const foundByText = (by: FoundBy, language: Language): string => say(FOUND[by], {}, language);

/** What is known besides the text. */
export interface PageSurroundings {
  /** Exchanges of that time that may be the one. */
  readonly candidates: readonly ExchangeRecord[];
  readonly endpoints: readonly EndpointView[];
}

/** A page that belongs to no row of the ledger, explained by itself. */
export function explainPage(
  reading: PageReading,
  { candidates, endpoints }: PageSurroundings,
  language: Language,
): PageExplanation {
  const endpoint = endpointOf(reading, endpoints);
  const name = caseOf(reading);
  const words = {
    host: reading.host ?? say(PAGE_WORDS.anyHost, {}, language),
    status: reading.status ?? '-',
    maker: MAKER_NAMES[reading.maker] ?? reading.maker,
  };
  const ofOurs = endpoint ? say(PAGE_WORDS.edgeOf, { endpoint: endpoint.name }, language) : '';
  const config = configFor(name, reading, endpoint);
  return {
    kind: 'page',
    headline: headlineOf(reading, language),
    what: say(PAGES[name].what, words, language) + ofOurs,
    fix: say(PAGES[name].fix, words, language),
    ...(config === undefined ? {} : { config }),
    ...(UNRECOGNISED.has(name) ? { unrecognised: true } : {}),
    candidates,
  };
}

const UNRECOGNISED = new Set<PageCase>(['unknown', 'gateway-unknown']);

const MAKER_NAMES: Readonly<Partial<Record<PageReading['maker'], string>>> = {
  nginx: 'nginx',
  alb: 'AWS ALB',
};

/** The endpoint whose host the page names. */
function endpointOf({ host }: PageReading, endpoints: readonly EndpointView[]): EndpointView | undefined {
  if (host === undefined) return undefined;
  return endpoints.find(({ baseUrl }) => hostOf(baseUrl) === host);
}

const hostOf = (url: string): string | undefined => /^https?:\/\/([^/:?#]+)/i.exec(url)?.[1]?.toLowerCase();

/** Statuses with which Cloudflare says that it did not reach its origin. */
const UNREACHED = new Set([521, 522, 523, 525, 526, 530]);

function caseOf(reading: PageReading): PageCase {
  const { maker, status } = reading;
  if (maker === 'gateway' && reading.exchangeIds.length > 0) return 'gateway-unknown';
  if (maker === 'cloudflare') return cloudflareCase(status);
  if (maker === 'nginx' || maker === 'alb') return proxyCase(status);
  if ((maker === 'client-timeout' || maker === 'client-connection') && status === undefined) return maker;
  return status === undefined ? 'unknown' : caseOfStatus(status);
}

function cloudflareCase(status: number | undefined): PageCase {
  if (status === 524) return 'cloudflare-524';
  if (status === 504) return 'cloudflare-504';
  if (status === undefined) return 'cloudflare-other';
  if (UNREACHED.has(status)) return 'cloudflare-unreached';
  return status < 500 ? 'cloudflare-blocked' : 'cloudflare-other';
}

function proxyCase(status: number | undefined): PageCase {
  if (status === undefined || status >= 500) return status === 504 ? 'proxy-504' : 'proxy-502';
  return caseOfStatus(status);
}

function caseOfStatus(status: number): PageCase {
  if (status === 504) return 'proxy-504';
  if (status === 429 || status === 529) return 'limited';
  if (status === 401 || status === 402 || status === 403) return 'key';
  return status >= 500 || status === 408 ? 'upstream' : 'rejected';
}

function headlineOf({ maker, status, at, host }: PageReading, language: Language): string {
  const words = {
    maker: say(PAGE_WORDS[`by-${maker}`], {}, language),
    status: status ?? '-',
    at: at === undefined ? '' : say(PAGE_WORDS.at, { at: { at } }, language),
    host: host === undefined ? '' : say(PAGE_WORDS.host, { host }, language),
  };
  return say(status === undefined ? PAGE_WORDS.headlineBare : PAGE_WORDS.headline, words, language);
}

/** What tells QCC of the edge that made the page. */
const EDGE_OF_CASE: Readonly<Partial<Record<PageCase, string>>> = {
  'cloudflare-524': 'edge: cloudflare',
  'cloudflare-504': 'edge: cloudflare',
  'proxy-504': 'edge: nginx',
  limited: 'limits: { concurrency: 4 }',
};

function configFor(
  name: PageCase,
  { maker, host }: PageReading,
  endpoint: EndpointView | undefined,
): string | undefined {
  const line = EDGE_OF_CASE[name];
  if (line === undefined) return undefined;
  const lines = [
    'clusters:',
    `  ${yamlText(endpoint?.clusters[0] ?? 'main')}:`,
    '    endpoints:',
    `      - base_url: ${yamlUrl(endpoint?.baseUrl ?? `https://${host ?? 'api.example.com'}`)}`,
    `        ${name === 'proxy-504' && maker === 'alb' ? 'edge: alb' : line}`,
  ];
  return lines.join('\n');
}
