import type { Settings } from '../domain/settings.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import { buildSettings } from './build.ts';
import { DEFAULTS } from './defaults.ts';
import { durationMs, sizeBytes } from './quantity.ts';

const ms = (text: string): number => durationMs(text)!;

function scenario(name: ScenarioName) {
  const { connect, first_byte, idle, total } = DEFAULTS.scenarios[name];
  return { connect: ms(connect), first_byte: ms(first_byte), idle: ms(idle), total: ms(total) };
}

/**
 * What holds without any config file: one cluster, `demo`, whose endpoint is the simulator at
 * `simulatorUrl`; everything else as in a config that says nothing. Needs neither zod nor files.
 */
export function demoSettings(simulatorUrl: string): Settings {
  const { disconnect, health, heartbeat, log, replay, retry } = DEFAULTS;
  const endpoint = {
    base_url: simulatorUrl,
    api_key: 'demo',
    name: 'simulator',
    weight: DEFAULTS.weight,
    priority: DEFAULTS.priority,
    max_failures: DEFAULTS.maxFailures,
    enabled: true,
    stream_upstream: 'auto' as const,
    cancel_stops_billing: true,
  };
  return buildSettings(new Map([['demo', { strategy: DEFAULTS.strategy, endpoints: [endpoint] }]]), {
    default_cluster: undefined,
    listen: [{ host: DEFAULTS.host, port: DEFAULTS.port }],
    auth: { keys: [] },
    admin: {},
    retry: { max: retry.max, base: ms(retry.base), cap: ms(retry.cap), max_charged: retry.maxCharged },
    disconnect: {
      policy: disconnect.policy,
      grace: ms(disconnect.grace),
      cut_silence: ms(disconnect.cutSilence),
      stalled: ms(disconnect.stalled),
    },
    replay: {
      ttl: ms(replay.ttl),
      key_ttl: ms(replay.keyTtl),
      max_bytes: sizeBytes(replay.maxBytes)!,
      total_bytes: sizeBytes(replay.totalBytes)!,
    },
    heartbeat: { after: ms(heartbeat.after), every: ms(heartbeat.every) },
    timeouts: {},
    scenarios: {
      quick: scenario('quick'),
      chat: scenario('chat'),
      reasoning: scenario('reasoning'),
      generation: scenario('generation'),
    },
    routes: [],
    ledger: {},
    alerts: [],
    health: {
      enabled: health.enabled,
      interval: ms(health.interval),
      max_interval: ms(health.maxInterval),
      timeout: ms(health.timeout),
      cooldown: ms(health.cooldown),
    },
    log: { level: log.level, format: log.format, max_size: sizeBytes(log.maxSize)!, max_files: log.maxFiles },
    max_body: sizeBytes(DEFAULTS.maxBody)!,
    request_timeout: ms(DEFAULTS.requestTimeout),
    queue: { max: DEFAULTS.queueMax },
    drain: ms(DEFAULTS.drain),
  });
}
