import type { Edge } from '../domain/endpoint.ts';

/** Who can stand in front of an endpoint, by what it leaves in answers. */
export interface KnownEdge {
  readonly name: string;
  /** The mark, for people; undefined: it left none. */
  mark(headers: Readonly<Record<string, string>>, text: string): string | undefined;
  /** What it cuts as it comes. Absent: nothing that is known, or as its owner set it. */
  readonly cuts?: Edge;
}

type Headers = Readonly<Record<string, string>>;

const header =
  (name: string, pattern?: RegExp) =>
  (headers: Headers): string | undefined => {
    const value = headers[name];
    if (value === undefined || (pattern !== undefined && !pattern.test(value))) return undefined;
    // Values of cookies and ids say nothing that the name does not.
    return pattern === undefined || name === 'set-cookie' ? name : `${name}: ${value.slice(0, 60)}`;
  };

const anyOf =
  (...marks: readonly KnownEdge['mark'][]): KnownEdge['mark'] =>
  (headers, text) => {
    for (const mark of marks) {
      const found = mark(headers, text);
      if (found !== undefined) return found;
    }
    return undefined;
  };

const page =
  (pattern: RegExp, name: string): KnownEdge['mark'] =>
  (_, text) =>
    pattern.test(text) ? name : undefined;

/**
 * What each is known to cut, from the vendors' documents: Cloudflare's proxy read timeout (plan for 100 s), CloudFront's
 * origin response timeout, AWS ALB's idle timeout, nginx' proxy_read_timeout, Google's backend service timeout, Heroku's
 * rolling window. Marks on an answer prove that somebody is on the way, not that he made it.
 */
export const KNOWN_EDGES: readonly KnownEdge[] = [
  {
    name: 'Cloudflare',
    mark: anyOf(
      header('cf-error-type', /./),
      header('cf-mitigated', /./),
      header('cf-ray'),
      header('cf-cache-status', /./),
      header('server', /^cloudflare/i),
    ),
    cuts: { silenceMs: 100_000 },
  },
  {
    name: 'CloudFront',
    mark: anyOf(header('x-amz-cf-id'), header('via', /cloudfront/i)),
    cuts: { silenceMs: 30_000 },
  },
  {
    name: 'AWS ALB',
    mark: anyOf(header('server', /^awselb/i), header('set-cookie', /\bAWSALB(?:CORS|TG)?=/)),
    cuts: { silenceMs: 60_000 },
  },
  { name: 'Google Cloud', mark: header('via', /\bgoogle\b/i), cuts: { totalMs: 30_000 } },
  { name: 'Heroku', mark: header('via', /vegur|heroku/i), cuts: { silenceMs: 30_000 } },
  {
    name: 'Fastly',
    mark: anyOf(header('x-served-by', /cache-/), header('x-fastly-request-id')),
    cuts: { silenceMs: 60_000 },
  },
  { name: 'Azure Front Door', mark: header('x-azure-ref') },
  { name: 'Akamai', mark: anyOf(header('x-akamai-request-id'), header('server', /akamai/i)) },
  { name: 'Vercel', mark: header('x-vercel-id') },
  { name: 'EdgeOne', mark: header('eo-log-uuid') },
  {
    name: 'Alibaba Cloud',
    mark: anyOf(header('eagleid'), header('server', /^tengine/i)),
    cuts: { silenceMs: 60_000 },
  },
  {
    name: 'Envoy',
    mark: anyOf(header('x-envoy-upstream-service-time'), header('server', /^(envoy|istio-envoy)/i)),
  },
  {
    name: 'Kong',
    mark: anyOf(header('x-kong-request-id'), header('via', /\bkong\b/i)),
    cuts: { silenceMs: 60_000 },
  },
  {
    name: 'nginx',
    mark: anyOf(
      header('server', /^(nginx|openresty)/i),
      page(/<center>(?:nginx|openresty)/i, '<center>nginx'),
    ),
    cuts: { silenceMs: 60_000 },
  },
  { name: 'Caddy', mark: anyOf(header('via', /\bcaddy\b/i), header('server', /^caddy/i)) },
];
