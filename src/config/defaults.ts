/** The values that hold where a config says nothing, in the config's own notation. The schema takes them from here. */
export const DEFAULTS = {
  host: '127.0.0.1',
  port: 7860,
  strategy: 'priority',
  weight: 100,
  priority: 1,
  maxFailures: 3,
  retry: { max: 2, base: '500ms', cap: '8s', maxCharged: 1 },
  disconnect: { policy: 'auto', grace: '10s', cutSilence: '25s', stalled: '2m' },
  replay: { ttl: '10m', keyTtl: '24h', maxBytes: '16MiB', totalBytes: '512MiB' },
  heartbeat: { after: '30s', every: '15s' },
  health: { enabled: true, interval: '60s', maxInterval: '10m', timeout: '30s', cooldown: '30s' },
  log: { level: 'info', format: 'text', maxSize: '10MB', maxFiles: 5 },
  alerts: { moneyLostOver: '$1', slowOver: '100s', errorRateOver: '20%', window: '1h' },
  maxBody: '64MB',
  requestTimeout: '30s',
  queueMax: 100,
  drain: '60s',
  scenarios: {
    quick: { connect: '10s', first_byte: '30s', idle: '60s', total: '300s' },
    chat: { connect: '10s', first_byte: '60s', idle: '60s', total: '300s' },
    reasoning: { connect: '10s', first_byte: '120s', idle: '60s', total: '600s' },
    generation: { connect: '10s', first_byte: '180s', idle: '60s', total: '900s' },
  },
} as const;

/** What well-known edges allow as they come. Cloudflare's limit was 100 s and is a little more now: plan for the smaller. */
export const EDGES = {
  none: {},
  cloudflare: { silence: '100s' },
  nginx: { silence: '60s' },
  alb: { silence: '60s' },
} as const;

export const DISCONNECT_POLICIES = ['auto', 'keep', 'cancel'] as const;

export const ALERT_FORMATS = ['json', 'slack', 'feishu', 'dingtalk', 'wecom'] as const;

/** Whose webhook it is shows in its host. */
export const ALERT_HOSTS: readonly (readonly [host: RegExp, format: (typeof ALERT_FORMATS)[number]])[] = [
  [/^hooks\.slack(-gov)?\.com$/, 'slack'],
  [/^open\.(feishu\.cn|larksuite\.com)$/, 'feishu'],
  [/^o?api\.dingtalk\.com$/, 'dingtalk'],
  [/^qyapi\.weixin\.qq\.com$/, 'wecom'],
];
