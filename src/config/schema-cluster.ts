import { STRATEGIES } from '../domain/endpoint.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { baseUrlProblem, proxyProblem } from './address.ts';
import { DEFAULTS } from './defaults.ts';
import { edge, headerTextProblem, MANY, type Parts, timeouts, type Z } from './schema-parts.ts';

/** Header names the gateway or the connection owns: set by hand they would break the request's framing. */
const OWNED_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

function headers(z: Z, { resolved }: Parts) {
  const name = z
    .string()
    .refine(
      (value) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value) && !OWNED_HEADERS.includes(value.toLowerCase()),
      {
        error: 'a header name other than those of the connection itself',
      },
    );
  const value = resolved('text (put numbers in quotes)', headerTextProblem);
  return z.record(name, value, { error: 'a mapping (header name: value)' });
}

function endpoint(z: Z, parts: Parts) {
  return parts
    .mapping({ ...identity(parts), ...service(z, parts), ...nature(z, parts) })
    .meta({ description: 'One base URL and one credential.' });
}

/** Where it is, and who is asking. */
function identity({ text, oneOf, oneOrMore, resolved }: Parts) {
  const secret = resolved('text (put numbers in quotes)', headerTextProblem);
  return {
    base_url: resolved('an http:// or https:// URL', baseUrlProblem).meta({
      description:
        'Where the API is: with or without `/v1`, with or without a path prefix. References allowed.',
    }),
    api_key: secret
      .nullable()
      .meta({ description: 'The credential sent upstream; absent or empty: none. References allowed.' })
      .optional(),
    name: text('a name')
      .max(100, { error: 'a name of at most 100 characters' })
      .meta({ description: 'For people; absent: the host of `base_url`.' })
      .optional(),
    protocols: oneOrMore(oneOf(PROTOCOLS), `one of ${PROTOCOLS.join(', ')}`)
      .meta({ description: 'What the endpoint speaks; absent: all three.' })
      .optional(),
  };
}

/** What it gets, and how it is reached. */
function service(z: Z, parts: Parts) {
  const { text, whole, flag, duration, resolved } = parts;
  const modelNames = z.record(z.string(), text('a model name'), {
    error: 'a mapping (model asked for: model sent)',
  });
  return {
    weight: whole({ min: 1, max: 10_000 })
      .meta({ description: 'Share among equals.' })
      .prefault(DEFAULTS.weight),
    priority: whole({ min: 0, max: MANY })
      .meta({ description: 'Lower goes first.' })
      .prefault(DEFAULTS.priority),
    timeout: duration()
      .meta({ description: 'Bounds `first_byte`; with both set, the smaller one holds.' })
      .optional(),
    timeouts: timeouts(parts).meta({ description: 'The fine form of `timeout`: see `timeouts`.' }).optional(),
    max_failures: whole({ min: 1, max: MANY })
      .meta({ description: 'Consecutive failures that put it into the failure queue.' })
      .prefault(DEFAULTS.maxFailures),
    enabled: flag().meta({ description: 'False: gets no requests.' }).prefault(true),
    models: modelNames.meta({ description: 'Model names to replace: asked for → sent upstream.' }).optional(),
    headers: headers(z, parts)
      .meta({ description: 'Headers added to every call. References allowed.' })
      .optional(),
    proxy: resolved('a URL', proxyProblem)
      .meta({
        description: 'Proxy to reach it through: `http`, `https`, `socks5` or `socks5h`. References allowed.',
      })
      .optional(),
  };
}

/** What is known of what stands there. */
function nature(z: Z, parts: Parts) {
  const { mapping, whole, flag, oneOf, duration } = parts;
  const limit = (description: string) => whole({ min: 1, max: MANY }).meta({ description }).optional();
  return {
    edge: edge(z, parts)
      .meta({
        description:
          'What stands in front of it: `none`, `cloudflare`, `nginx`, `alb` or `{silence, total}`.',
      })
      .optional(),
    max_duration: duration()
      .meta({ description: 'Answers expected to take longer go elsewhere, where there is an elsewhere.' })
      .optional(),
    stream_upstream: oneOf(['auto', 'always', 'never'])
      .meta({
        description:
          'Generation calls of clients that want no stream. `auto`: streamed behind an edge, where answers take over 5 s, and where that is not known yet; `always`, `never`: streamed or not, whatever was learned.',
      })
      .prefault('auto'),
    cancel_stops_billing: flag()
      .meta({ description: 'False: cutting a call off saves nothing there, so it is let run.' })
      .prefault(true),
    limits: mapping({
      concurrency: limit('Requests in flight at once; absent: no limit.'),
      rps: limit('Requests started in any one second; absent: no limit.'),
      rpm: limit('Requests started in any one minute; absent: no limit.'),
    })
      .meta({ description: 'What the endpoint may be given.' })
      .optional(),
  };
}

/** One cluster, as it stands under `clusters` or at the top level. */
export function cluster(z: Z, parts: Parts) {
  return parts
    .mapping({
      strategy: parts
        .oneOf(STRATEGIES)
        .meta({
          description:
            'How an endpoint is chosen: `priority`, `weighted`, `round_robin`, `random`, `least_connections` or `fastest`.',
        })
        .prefault(DEFAULTS.strategy),
      endpoints: parts
        .listOf(endpoint(z, parts), 'endpoints')
        .meta({ description: 'The endpoints that can serve each other’s requests.' }),
    })
    .meta({ description: 'A named set of endpoints that can serve each other’s requests.' });
}
