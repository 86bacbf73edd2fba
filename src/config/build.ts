import { createHash } from 'node:crypto';
import type { Cluster, Edge, Endpoint } from '../domain/endpoint.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import {
  ALERT_KINDS,
  type AlertKind,
  type AlertSettings,
  type Listener,
  type Route,
  type Settings,
} from '../domain/settings.ts';
import type { Timeouts } from '../domain/timeouts.ts';
import { hostText } from './address.ts';
import { ALERT_HOSTS } from './defaults.ts';
import type { ClusterValue, EndpointValue, SectionName, SectionValues } from './schema.ts';

type Known<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined: absent and undefined are not the same to `exactOptionalPropertyTypes`. */
function known<T extends object>(value: T): Known<T> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Known<T>;
}

type TimeoutsValue = SectionValues['timeouts'];

const timeouts = (value: TimeoutsValue = {}): Timeouts =>
  known({
    connectMs: value.connect,
    firstByteMs: value.first_byte,
    idleMs: value.idle,
    totalMs: value.total,
  });

/** An edge without limits is none. */
function edge(value: EndpointValue['edge']): Edge | undefined {
  if (value?.silence === undefined && value?.total === undefined) return undefined;
  return known({ silenceMs: value.silence, totalMs: value.total });
}

/** First 8 hex digits of sha256("base_url|api_key"), both resolved and otherwise as configured. */
export function endpointId(baseUrl: string, apiKey: string): string {
  return createHash('sha256').update(`${baseUrl}|${apiKey}`).digest('hex').slice(0, 8);
}

function endpointTimeouts({ timeout, timeouts: fine = {} }: EndpointValue): Timeouts {
  const bounds = [timeout, fine.first_byte].filter((ms) => ms !== undefined);
  return timeouts({ ...fine, first_byte: bounds.length > 0 ? Math.min(...bounds) : undefined });
}

const lowerCaseKeys = (record: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));

function buildEndpoint(value: EndpointValue): Endpoint {
  const apiKey = value.api_key ?? '';
  return known({
    id: endpointId(value.base_url, apiKey),
    name: value.name ?? new URL(value.base_url).host,
    baseUrl: value.base_url,
    apiKey,
    protocols: [...new Set(value.protocols ?? PROTOCOLS)],
    weight: value.weight,
    priority: value.priority,
    timeouts: endpointTimeouts(value),
    maxFailures: value.max_failures,
    enabled: value.enabled,
    models: { ...value.models },
    headers: lowerCaseKeys(value.headers),
    proxy: value.proxy,
    limits: known({ ...value.limits }),
    edge: edge(value.edge),
    maxDurationMs: value.max_duration,
    streamUpstream: value.stream_upstream,
    cancelStopsBilling: value.cancel_stops_billing,
  });
}

function route(value: SectionValues['routes'][number], index: number): Route {
  const { match } = value;
  return known({
    name: value.name ?? `route-${index + 1}`,
    match: known({
      model: match.model,
      protocol: match.protocol,
      stream: match.stream,
      thinking: match.thinking,
      maxTokens: match.max_tokens && known(match.max_tokens),
      promptBytes: match.prompt_bytes && known(match.prompt_bytes),
      headers: match.headers && lowerCaseKeys(match.headers),
      clientKey: match.client_key,
    }),
    cluster: value.cluster,
    scenario: value.scenario,
    timeouts: value.timeouts && timeouts(value.timeouts),
    onDisconnect: value.on_disconnect,
  });
}

/** Client keys with their names; also what `match.client_key` may name. */
export function clientKeys({ keys }: SectionValues['auth']): { name: string; key: string }[] {
  return keys.map((item, index) => ({
    name: ('name' in item ? item.name : undefined) ?? `key-${index + 1}`,
    key: item.key,
  }));
}

/** Listeners with their names. */
export function listeners(value: SectionValues['listen']): Listener[] {
  return value.map((item) => {
    const { host, port } = item;
    if (!('name' in item || 'edge' in item || 'on_disconnect' in item))
      return { name: hostText(item), host, port };
    const { name = hostText(item), on_disconnect: onDisconnect } = item;
    return known({ name, host, port, edge: edge(item.edge), onDisconnect });
  });
}

const QUIET_KINDS: readonly AlertKind[] = ['slow_over'];

function alert(value: SectionValues['alerts'][number]): AlertSettings {
  const host = new URL(value.webhook).hostname;
  return known({
    webhook: value.webhook,
    format: value.format ?? ALERT_HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? 'json',
    on: [...new Set(value.on ?? ALERT_KINDS.filter((kind) => !QUIET_KINDS.includes(kind)))],
    secret: value.secret,
    moneyLostOverMicroUsd: value.money_lost_over,
    slowOverMs: value.slow_over,
    errorRateOver: value.error_rate_over,
    windowMs: value.window,
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

export type Clusters = ReadonlyMap<string, ClusterValue>;

/** Turns checked values into Settings, frozen all the way down. At least one cluster is required. */
export function buildSettings(clusters: Clusters, values: Omit<SectionValues, 'clusters'>): Settings {
  const built: Cluster[] = [...clusters].map(([name, { strategy, endpoints }]) => ({
    name,
    strategy,
    endpoints: endpoints.map(buildEndpoint),
  }));
  const { scenarios, retry, disconnect, replay, heartbeat, health, log } = values;
  return deepFreeze({
    listen: listeners(values.listen),
    auth: { keys: clientKeys(values.auth) },
    admin: known(values.admin),
    clusters: built,
    defaultCluster: values.default_cluster ?? built[0]!.name,
    routes: values.routes.map(route),
    scenarios: {
      quick: timeouts(scenarios.quick),
      chat: timeouts(scenarios.chat),
      reasoning: timeouts(scenarios.reasoning),
      generation: timeouts(scenarios.generation),
    },
    timeouts: timeouts(values.timeouts),
    retry: { max: retry.max, baseMs: retry.base, capMs: retry.cap, maxCharged: retry.max_charged },
    disconnect: {
      policy: disconnect.policy,
      graceMs: disconnect.grace,
      cutSilenceMs: disconnect.cut_silence,
      stalledMs: disconnect.stalled,
    },
    replay: {
      ttlMs: replay.ttl,
      keyTtlMs: replay.key_ttl,
      maxBytes: replay.max_bytes,
      totalBytes: replay.total_bytes,
    },
    heartbeat: { afterMs: heartbeat.after, everyMs: heartbeat.every },
    health: known({
      enabled: health.enabled,
      intervalMs: health.interval,
      maxIntervalMs: health.max_interval,
      timeoutMs: health.timeout,
      model: health.model,
      cooldownMs: health.cooldown,
    }),
    log: { level: log.level, format: log.format, maxBytes: log.max_size, maxFiles: log.max_files },
    ledger: known({ keepMs: values.ledger.keep, maxBytes: values.ledger.max_size }),
    alerts: values.alerts.map(alert),
    maxBodyBytes: values.max_body,
    requestTimeoutMs: values.request_timeout,
    queueMax: values.queue.max,
    drainMs: values.drain,
  });
}

export type SectionsFound = { [K in Exclude<SectionName, 'clusters'>]?: SectionValues[K] };
