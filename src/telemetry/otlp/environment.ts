import { SAMPLERS, type Sampler } from './sampler.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where one signal goes. */
export interface SignalSettings {
  readonly url: string;
  /** May hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

/** What the OTEL_ variables ask for. A signal that is absent is not exported. */
export interface OtlpSettings {
  readonly traces?: SignalSettings;
  readonly metrics?: SignalSettings & { readonly intervalMs: number };
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: Sampler;
  /** What of it could not be taken as it stands, in words for the log. */
  readonly notes: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_INTERVAL_MS = 60_000;
const SHORTEST_INTERVAL_MS = 1_000;

/**
 * The settings that OpenTelemetry gives by environment variables; undefined where none asks for an export.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and .../configuration/sdk-environment-variables/.
 * A value that makes no sense is noted and left out: telemetry must not keep a gateway from starting.
 */
export function otlpSettings(env: Env): OtlpSettings | undefined {
  if (/^true$/i.test(env.OTEL_SDK_DISABLED?.trim() ?? '')) return undefined;
  const notes: string[] = [];
  const traces = signal('TRACES', 'v1/traces', env, notes);
  const metrics = signal('METRICS', 'v1/metrics', env, notes);
  if (!traces && !metrics && notes.length === 0) return undefined;
  const intervalMs = whole('OTEL_METRIC_EXPORT_INTERVAL', env, DEFAULT_INTERVAL_MS, notes);
  return {
    ...(traces ? { traces } : {}),
    ...(metrics ? { metrics: { ...metrics, intervalMs: Math.max(SHORTEST_INTERVAL_MS, intervalMs) } } : {}),
    resource: resourceOf(env, notes),
    sampler: samplerOf(env, notes),
    notes,
  };
}

function signal(
  name: 'TRACES' | 'METRICS',
  path: string,
  env: Env,
  notes: string[],
): SignalSettings | undefined {
  const of = (what: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_${name}_${what}`]?.trim() ||
    env[`OTEL_EXPORTER_OTLP_${what}`]?.trim() ||
    undefined;
  const exporter = env[`OTEL_${name}_EXPORTER`]?.trim().toLowerCase() || 'otlp';
  if (!exporter.split(',').some((one) => one.trim() === 'otlp')) return undefined;
  const url = addressOf(name, path, env, notes);
  if (url === undefined) return undefined;
  const protocol = of('PROTOCOL');
  if (protocol !== undefined && protocol !== 'http/json')
    notes.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${shown(protocol)}: ${name.toLowerCase()} are sent as http/json`,
    );
  const compression = of('COMPRESSION') ?? 'none';
  if (compression !== 'none' && compression !== 'gzip')
    notes.push(`OTEL_EXPORTER_OTLP_COMPRESSION is ${shown(compression)}: expected gzip or none`);
  return {
    url,
    headers: pairs(`OTEL_EXPORTER_OTLP_HEADERS`, of('HEADERS'), notes, true),
    timeoutMs: whole(
      env[`OTEL_EXPORTER_OTLP_${name}_TIMEOUT`]
        ? `OTEL_EXPORTER_OTLP_${name}_TIMEOUT`
        : 'OTEL_EXPORTER_OTLP_TIMEOUT',
      env,
      DEFAULT_TIMEOUT_MS,
      notes,
    ),
    gzip: compression === 'gzip',
  };
}

/** A signal's own address is used as it is; the one of all signals gets the signal's path. */
function addressOf(name: string, path: string, env: Env, notes: string[]): string | undefined {
  const own = env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`]?.trim();
  const common = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  const text = own || common;
  if (!text) return undefined;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    notes.push(
      `${own ? `OTEL_EXPORTER_OTLP_${name}_ENDPOINT` : 'OTEL_EXPORTER_OTLP_ENDPOINT'} is no http:// or https:// URL: ${name.toLowerCase()} are not exported`,
    );
    return undefined;
  }
  const url = new URL(text);
  if (!own) url.pathname = `${url.pathname.replace(/\/*$/, '')}/${path}`;
  return url.href;
}

/** `a=1,b=2`, values percent-encoded, as W3C baggage has them. */
function pairs(
  name: string,
  text: string | undefined,
  notes: string[],
  asHeaders: boolean,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of (text ?? '').split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(0, at)).trim();
    const value = decoded(part.slice(at + 1).trim());
    const fits = !asHeaders || (/^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
    if (at > 0 && key !== '' && fits) found[asHeaders ? key.toLowerCase() : key] = value;
    // The part itself may be a credential.
    else notes.push(`${name} has a part that is not name=value: it is left out`);
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function whole(name: string, env: Env, otherwise: number, notes: string[]): number {
  const text = env[name]?.trim();
  if (!text) return otherwise;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  notes.push(`${name} is ${shown(text)}: expected a whole number of milliseconds, ${otherwise} is used`);
  return otherwise;
}

function resourceOf(env: Env, notes: string[]): Record<string, string> {
  const attributes = pairs('OTEL_RESOURCE_ATTRIBUTES', env.OTEL_RESOURCE_ATTRIBUTES, notes, false);
  const name = env.OTEL_SERVICE_NAME?.trim() || attributes['service.name'] || 'qcc';
  return { ...attributes, 'service.name': name };
}

function samplerOf(env: Env, notes: string[]): Sampler {
  const asked = env.OTEL_TRACES_SAMPLER?.trim() || 'parentbased_always_on';
  const name = SAMPLERS.find((known) => known === asked);
  if (name === undefined)
    notes.push(`OTEL_TRACES_SAMPLER is ${shown(asked)}: expected one of ${SAMPLERS.join(', ')}`);
  const text = env.OTEL_TRACES_SAMPLER_ARG?.trim() || '1';
  const ratio = Number(text);
  const fits = ratio >= 0 && ratio <= 1;
  if (!fits) notes.push(`OTEL_TRACES_SAMPLER_ARG is ${shown(text)}: expected a number from 0 to 1`);
  return { name: name ?? 'parentbased_always_on', ratio: fits ? ratio : 1 };
}

const shown = (text: string): string => `"${text.slice(0, 40)}"`;
