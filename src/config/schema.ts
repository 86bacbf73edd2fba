import { isHost, parseAddress } from './address.ts';
import { DEFAULTS } from './defaults.ts';
import type { Resolve } from './reference.ts';
import { alerts } from './schema-alert.ts';
import { disconnect, replay } from './schema-clients.ts';
import { cluster } from './schema-cluster.ts';
import {
  createParts,
  edge,
  GIB,
  headerTextProblem,
  MANY,
  onDisconnect,
  type Parts,
  timeouts,
  type Z,
} from './schema-parts.ts';
import { route } from './schema-route.ts';

const secretProblem = (value: string): string | undefined =>
  value.trim() === '' ? 'expected a secret, found nothing' : headerTextProblem(value);

function scenarios({ mapping, duration }: Parts) {
  const scenario = (name: keyof typeof DEFAULTS.scenarios, description: string) => {
    const { connect, first_byte, idle, total } = DEFAULTS.scenarios[name];
    return mapping({
      connect: duration().meta({ description: 'As `timeouts.connect`.' }).prefault(connect),
      first_byte: duration().meta({ description: 'As `timeouts.first_byte`.' }).prefault(first_byte),
      idle: duration().meta({ description: 'As `timeouts.idle`.' }).prefault(idle),
      total: duration().meta({ description: 'As `timeouts.total`.' }).prefault(total),
    })
      .meta({ description })
      .prefault({});
  };
  return mapping({
    quick: scenario('quick', 'Timeouts of small requests: max_tokens up to 256, no thinking.'),
    chat: scenario('chat', 'Timeouts of requests that no other scenario fits.'),
    reasoning: scenario(
      'reasoning',
      'Timeouts where thinking or effort is asked for, or max_tokens is 8192 or more.',
    ),
    generation: scenario('generation', 'Timeouts where max_tokens is 16384 or more.'),
  });
}

function listen(z: Z, parts: Parts) {
  const { mapping, text, whole, listOf } = parts;
  const error = 'a port, "host:port", or a list of {name, host, port}';
  const port = whole({ min: 0, max: 65_535 });
  const address = z.string({ error }).transform((value, context) => {
    const found = parseAddress(value);
    if (found !== undefined) return found;
    context.issues.push({
      code: 'custom',
      params: { whole: true },
      message: 'expected "host:port", such as "127.0.0.1:7860" or "[::1]:7860"',
      input: value,
    });
    return z.NEVER;
  });
  const listener = mapping({
    name: text('a name').meta({ description: 'For people; absent: `host:port`.' }).optional(),
    host: z
      .string({ error: 'a host name or IP address' })
      .refine(isHost, { error: 'a host name or IP address' })
      .meta({ description: 'Address to bind.' })
      .prefault(DEFAULTS.host),
    port: port.meta({ description: 'Port; 0 lets the system choose.' }).prefault(DEFAULTS.port),
    edge: edge(z, parts)
      .meta({
        description:
          'What stands between it and its clients: `none`, `cloudflare`, `nginx`, `alb` or `{silence, total}`.',
      })
      .optional(),
    on_disconnect: onDisconnect(parts)
      .meta({ description: 'As `disconnect.policy`, for this address.' })
      .optional(),
  });
  const one = z.union(
    [port.transform((value) => ({ host: DEFAULTS.host as string, port: value })), address],
    { error },
  );
  const item = z.union([one, listener], { error });
  return z
    .union([one, listOf(item, 'addresses').min(1, { error })], { error })
    .transform((value) => [value].flat());
}

function auth(z: Z, { mapping, text, listOf, resolved }: Parts) {
  const error = 'a key, or {name, key}';
  const key = resolved(error, secretProblem);
  const named = mapping({
    name: text('a name')
      .meta({ description: 'What routes and the log call it; absent: `key-1`, `key-2`, …' })
      .optional(),
    key: key.meta({ description: 'What the client sends. References allowed.' }),
  });
  return mapping({
    keys: listOf(z.union([key.transform((value) => ({ key: value })), named], { error }), 'keys')
      .meta({
        description: 'Keys of which a client must send one, once there are any: text or `{name, key}`.',
      })
      .prefault([]),
  });
}

function retry({ mapping, whole, duration }: Parts) {
  return mapping({
    max: whole({ min: 0, max: 10 })
      .meta({ description: 'Attempts after the first one.' })
      .prefault(DEFAULTS.retry.max),
    base: duration(0)
      .meta({ description: 'Backoff before the first retry: a random pause up to this, doubling.' })
      .prefault(DEFAULTS.retry.base),
    cap: duration(0).meta({ description: 'Longest backoff.' }).prefault(DEFAULTS.retry.cap),
    max_charged: whole({ min: 0, max: 10 })
      .meta({ description: 'Of these, how many may follow attempts that were likely or certainly charged.' })
      .prefault(DEFAULTS.retry.maxCharged),
  });
}

function heartbeat({ mapping, duration }: Parts) {
  const { after, every } = DEFAULTS.heartbeat;
  return mapping({
    after: duration()
      .meta({ description: 'Silence before the first sign of life on a stream with no edge in front.' })
      .prefault(after),
    every: duration().meta({ description: 'Longest pause between two signs of life.' }).prefault(every),
  });
}

function health({ mapping, flag, text, duration }: Parts) {
  const { enabled, interval, maxInterval, timeout, cooldown } = DEFAULTS.health;
  return mapping({
    enabled: flag()
      .meta({ description: 'Whether failed endpoints are verified by asking the model.' })
      .prefault(enabled),
    interval: duration()
      .meta({ description: 'Pause before the first verification; it grows.' })
      .prefault(interval),
    max_interval: duration()
      .meta({ description: 'Longest pause between verifications.' })
      .prefault(maxInterval),
    timeout: duration().meta({ description: 'Longest time of one verification.' }).prefault(timeout),
    model: text('a model name').meta({ description: 'Model to ask; absent: a cheap one.' }).optional(),
    cooldown: duration(0)
      .meta({ description: 'Pause for an endpoint after a 429 or 529 without `retry-after`.' })
      .prefault(cooldown),
  });
}

function log({ mapping, whole, oneOf, size }: Parts) {
  const { level, format, maxSize, maxFiles } = DEFAULTS.log;
  return mapping({
    level: oneOf(['debug', 'info', 'warn', 'error'])
      .meta({ description: 'Least important lines written: `debug`, `info`, `warn` or `error`.' })
      .prefault(level),
    format: oneOf(['text', 'json'])
      .meta({ description: '`text` for people or `json` lines.' })
      .prefault(format),
    max_size: size({ min: 4096, max: 10 * GIB })
      .meta({ description: 'Size at which a log file is rotated.' })
      .prefault(maxSize),
    max_files: whole({ min: 1, max: 100 }).meta({ description: 'Log files kept.' }).prefault(maxFiles),
  });
}

/** The least size holds some 20,000 requests: anything less is a slip. */
function ledger({ mapping, age, size }: Parts) {
  return mapping({
    keep: age()
      .meta({ description: 'Requests are kept this long, then deleted; absent: for good.' })
      .optional(),
    max_size: size({ min: 16 * 2 ** 20, max: 1024 * GIB })
      .meta({ description: 'Once the ledger takes more than this, the oldest go; absent: it may grow.' })
      .optional(),
  });
}

/**
 * The schema of each top-level key. A section is parsed by itself, so that a problem in one does not
 * hide those in another. Outputs are resolved: milliseconds, bytes, secrets in place of references.
 */
export function createSchemas(z: Z, resolve: Resolve) {
  const parts = createParts(z, resolve);
  const oneCluster = cluster(z, parts);
  const sections = { ...ways(z, parts, oneCluster), ...conduct(z, parts), ...bounds(parts) };
  return { cluster: oneCluster, sections };
}

/** From where requests come, and where they go. */
function ways(z: Z, parts: Parts, oneCluster: ReturnType<typeof cluster>) {
  const { mapping, text } = parts;
  const name = { error: 'a mapping (name: cluster)' };
  return {
    clusters: z
      .record(z.string(), oneCluster, name)
      .meta({ description: 'The clusters by name. A cluster may also stand at the top level by its name.' })
      .prefault({}),
    default_cluster: text('the name of a cluster')
      .meta({ description: 'Cluster for requests that no route sends elsewhere; absent: the first.' })
      .optional(),
    listen: listen(z, parts)
      .meta({
        description:
          'Where to listen: a port, `host:port`, or a list of `{name, host, port}`. Other than loopback needs `auth.keys`.',
      })
      .prefault(DEFAULTS.port),
    auth: auth(z, parts).meta({ description: 'Who may use the gateway.' }).prefault({}),
    admin: mapping({
      token: parts
        .resolved('text', secretProblem)
        .meta({ description: 'Opens the admin API to other than loopback. References allowed.' })
        .optional(),
    })
      .meta({ description: 'The admin API under `/__qcc__/`.' })
      .prefault({}),
  };
}

/** How the gateway goes about it. */
function conduct(z: Z, parts: Parts) {
  return {
    retry: retry(parts).meta({ description: 'Retries and failover.' }).prefault({}),
    disconnect: disconnect(parts)
      .meta({ description: 'What becomes of an exchange whose client goes.' })
      .prefault({}),
    replay: replay(parts).meta({ description: 'Answers kept for clients that come back.' }).prefault({}),
    heartbeat: heartbeat(parts)
      .meta({ description: 'Signs of life while an answer is being made.' })
      .prefault({}),
    timeouts: timeouts(parts)
      .meta({
        description: 'Timeouts for every request, whatever its scenario. The smallest one that is set holds.',
      })
      .prefault({}),
    scenarios: scenarios(parts).meta({ description: 'Named sets of timeouts.' }).prefault({}),
    routes: parts
      .listOf(route(z, parts), 'routes')
      .meta({ description: 'Rules, asked in order; the first that fits holds.' })
      .prefault([]),
    health: health(parts)
      .meta({ description: 'Verification of endpoints in the failure queue.' })
      .prefault({}),
    log: log(parts).meta({ description: 'The log.' }).prefault({}),
    ledger: ledger(parts).meta({ description: 'The record of all requests, in `qcc.db`.' }).prefault({}),
    alerts: alerts(z, parts)
      .meta({ description: 'Messages to webhooks about what goes wrong, and when it is right again.' })
      .prefault([]),
  };
}

function bounds({ mapping, whole, duration, size }: Parts) {
  return {
    max_body: size({ min: 1024, max: GIB })
      .meta({ description: 'Longest request body.' })
      .prefault(DEFAULTS.maxBody),
    request_timeout: duration()
      .meta({ description: 'Longest pause while a request is being received.' })
      .prefault(DEFAULTS.requestTimeout),
    queue: mapping({
      max: whole({ min: 0, max: MANY })
        .meta({ description: 'Requests that may wait for a slot, per cluster.' })
        .prefault(DEFAULTS.queueMax),
    })
      .meta({ description: 'Requests waiting because every endpoint is at its limit.' })
      .prefault({}),
    drain: duration(0)
      .meta({ description: 'How long running requests may go on after a stop.' })
      .prefault(DEFAULTS.drain),
  };
}

type Schemas = ReturnType<typeof createSchemas>;
type Output<T> = T extends { _zod: { output: infer O } } ? O : never;
export type SectionName = keyof Schemas['sections'];
/** What a section turns into: `SectionValues['retry']`. */
export type SectionValues = { -readonly [K in SectionName]: Output<Schemas['sections'][K]> };
export type ClusterValue = Output<Schemas['cluster']>;
export type EndpointValue = ClusterValue['endpoints'][number];
