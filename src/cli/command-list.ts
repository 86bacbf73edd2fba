import type { CommandSpec, OptionSpec } from './given.ts';
import type { TextKey } from './texts.ts';

/** Words before the last one of a command's path, and what they are about. */
export const GROUPS: Readonly<Record<string, TextKey>> = {
  proxy: 'aboutProxy',
  cluster: 'aboutCluster',
  endpoint: 'aboutEndpoint',
  health: 'aboutHealth',
  queue: 'aboutQueue',
  exchange: 'aboutExchange',
  ledger: 'aboutLedger',
  alerts: 'aboutAlerts',
  config: 'aboutConfig',
};

const JSON_OPTION: OptionSpec = { flags: '--json', about: 'aboutJson' };

const PROXY: readonly CommandSpec[] = [
  {
    path: 'proxy start',
    about: 'aboutProxyStart',
    options: [
      { flags: '--host <host>', about: 'aboutHost' },
      { flags: '--port <port>', about: 'aboutPort', kind: 'port' },
      { flags: '--cluster <name>', about: 'aboutStartCluster' },
      { flags: '--detach', about: 'aboutDetach' },
    ],
    examples: ['proxy start --detach', 'proxy start --port 8080 --cluster backup'],
    load: async () => (await import('./commands/proxy-start.ts')).proxyStart,
  },
  {
    path: 'proxy status',
    about: 'aboutProxyStatus',
    options: [JSON_OPTION],
    examples: ['proxy status', 'proxy status --json | jq .requests'],
    load: async () => (await import('./commands/proxy-status.ts')).proxyStatus,
  },
  {
    path: 'proxy stop',
    about: 'aboutProxyStop',
    examples: ['proxy stop'],
    load: async () => (await import('./commands/proxy-stop.ts')).proxyStop,
  },
  {
    path: 'proxy reload',
    about: 'aboutProxyReload',
    examples: ['proxy reload'],
    load: async () => (await import('./commands/proxy-reload.ts')).proxyReload,
  },
  {
    path: 'proxy logs',
    about: 'aboutProxyLogs',
    options: [
      { flags: '-n, --lines <count>', about: 'aboutLines', kind: 'count' },
      { flags: '--level <level>', about: 'aboutLevel', kind: 'level' },
      { flags: '--grep <text>', about: 'aboutGrep' },
      { flags: '-f, --follow', about: 'aboutFollow' },
    ],
    examples: ['proxy logs -n 20 --level warn', 'proxy logs -f --grep req-7k3q9xm2abc'],
    load: async () => (await import('./commands/proxy-logs.ts')).proxyLogs,
  },
];

const CLUSTER: readonly CommandSpec[] = [
  {
    path: 'cluster list',
    args: '[name]',
    about: 'aboutClusterList',
    options: [JSON_OPTION],
    examples: ['cluster list', 'cluster list main'],
    load: async () => (await import('./commands/cluster.ts')).clusterList,
  },
  {
    path: 'cluster add',
    args: '<name>',
    about: 'aboutClusterAdd',
    options: [{ flags: '--strategy <strategy>', about: 'aboutStrategy', kind: 'strategy' }],
    examples: ['cluster add backup --strategy fastest'],
    load: async () => (await import('./commands/cluster.ts')).clusterAdd,
  },
  {
    path: 'cluster remove',
    args: '<name>',
    about: 'aboutClusterRemove',
    examples: ['cluster remove backup'],
    load: async () => (await import('./commands/cluster.ts')).clusterRemove,
  },
  {
    path: 'cluster use',
    args: '<name>',
    about: 'aboutClusterUse',
    examples: ['cluster use backup'],
    load: async () => (await import('./commands/cluster.ts')).clusterUse,
  },
];

const ENDPOINT_ADD: CommandSpec = {
  path: 'endpoint add',
  args: '<url>',
  about: 'aboutEndpointAdd',
  options: [
    { flags: '--cluster <name>', about: 'aboutToCluster' },
    { flags: '--api-key-env <name>', about: 'aboutApiKeyEnv' },
    { flags: '--api-key-stdin', about: 'aboutApiKeyStdin' },
    { flags: '--api-key <key>', about: 'aboutApiKey' },
    { flags: '--name <name>', about: 'aboutName' },
    { flags: '--weight <number>', about: 'aboutWeight', kind: 'quantity' },
    { flags: '--priority <number>', about: 'aboutPriority', kind: 'quantity' },
    { flags: '--timeout <time>', about: 'aboutTimeout' },
    { flags: '--max-failures <number>', about: 'aboutMaxFailures', kind: 'count' },
    { flags: '--protocol <name>', about: 'aboutProtocol', kind: 'protocol', many: true },
    { flags: '--model <pair>', about: 'aboutModel', kind: 'pair', many: true },
    { flags: '--header <pair>', about: 'aboutHeader', kind: 'pair', many: true },
    { flags: '--proxy <url>', about: 'aboutUpstreamProxy' },
    { flags: '--disabled', about: 'aboutDisabled' },
  ],
  examples: [
    'endpoint add https://api.anthropic.com --api-key-env ANTHROPIC_API_KEY',
    'endpoint add https://jp.example.com --priority 2 --api-key-stdin < key.txt',
  ],
  load: async () => (await import('./commands/endpoint-add.ts')).endpointAdd,
};

const ENDPOINT: readonly CommandSpec[] = [
  ENDPOINT_ADD,
  {
    path: 'endpoint list',
    about: 'aboutEndpointList',
    options: [JSON_OPTION],
    examples: ['endpoint list', 'endpoint list --json'],
    load: async () => (await import('./commands/endpoint.ts')).endpointList,
  },
  {
    path: 'endpoint remove',
    args: '<id>',
    about: 'aboutEndpointRemove',
    examples: ['endpoint remove 1e3e'],
    load: async () => (await import('./commands/endpoint.ts')).endpointRemove,
  },
  {
    path: 'endpoint enable',
    args: '<id>',
    about: 'aboutEndpointEnable',
    examples: ['endpoint enable 1e3e'],
    load: async () => (await import('./commands/endpoint.ts')).endpointEnable,
  },
  {
    path: 'endpoint disable',
    args: '<id>',
    about: 'aboutEndpointDisable',
    examples: ['endpoint disable jp.example.com'],
    load: async () => (await import('./commands/endpoint.ts')).endpointDisable,
  },
  {
    path: 'endpoint forget-edge',
    args: '<id>',
    about: 'aboutForgetEdge',
    examples: ['endpoint forget-edge 1e3e'],
    load: async () => (await import('./commands/endpoint.ts')).endpointForgetEdge,
  },
  {
    path: 'endpoint test',
    args: '[id]',
    about: 'aboutEndpointTest',
    options: [JSON_OPTION],
    examples: ['endpoint test', 'endpoint test 1e3e'],
    load: async () => (await import('./commands/endpoint.ts')).endpointTest,
  },
];

const HEALTH: readonly CommandSpec[] = [
  {
    path: 'health status',
    about: 'aboutHealthStatus',
    options: [JSON_OPTION],
    examples: ['health status'],
    load: async () => (await import('./commands/health.ts')).healthStatus,
  },
  {
    path: 'health test',
    about: 'aboutHealthTest',
    options: [JSON_OPTION],
    examples: ['health test'],
    load: async () => (await import('./commands/endpoint.ts')).endpointTest,
  },
  {
    path: 'health history',
    args: '<id>',
    about: 'aboutHealthHistory',
    options: [{ flags: '-n, --lines <count>', about: 'aboutHistoryLines', kind: 'count' }, JSON_OPTION],
    examples: ['health history 1e3e -n 20'],
    load: async () => (await import('./commands/health.ts')).healthHistory,
  },
];

const QUEUE: readonly CommandSpec[] = [
  {
    path: 'queue list',
    about: 'aboutQueueList',
    options: [JSON_OPTION],
    examples: ['queue list'],
    load: async () => (await import('./commands/queue.ts')).queueList,
  },
  {
    path: 'queue verify',
    args: '[id]',
    about: 'aboutQueueVerify',
    options: [JSON_OPTION],
    examples: ['queue verify', 'queue verify 1e3e'],
    load: async () => (await import('./commands/queue.ts')).queueVerify,
  },
  {
    path: 'queue clear',
    args: '[id]',
    about: 'aboutQueueClear',
    examples: ['queue clear', 'queue clear 1e3e'],
    load: async () => (await import('./commands/queue.ts')).queueClear,
  },
];

const EXCHANGE: readonly CommandSpec[] = [
  {
    path: 'exchange list',
    about: 'aboutExchangeList',
    options: [JSON_OPTION],
    examples: ['exchange list'],
    load: async () => (await import('./commands/exchange.ts')).exchangeList,
  },
  {
    path: 'exchange show',
    args: '<id>',
    about: 'aboutExchangeShow',
    options: [JSON_OPTION],
    examples: ['exchange show req-7k3q9xm2abc'],
    load: async () => (await import('./commands/exchange.ts')).exchangeShow,
  },
  {
    path: 'exchange cancel',
    args: '<id>',
    about: 'aboutExchangeCancel',
    examples: ['exchange cancel req-7k3q9xm2abc'],
    load: async () => (await import('./commands/exchange.ts')).exchangeCancel,
  },
];

const SINCE_OPTION: OptionSpec = { flags: '--since <when>', about: 'aboutSince', kind: 'since' };
const LEDGER_OPTIONS: readonly OptionSpec[] = [
  SINCE_OPTION,
  { flags: '--model <name>', about: 'aboutOfModel' },
  { flags: '--client <name>', about: 'aboutOfClient' },
  { flags: '--endpoint <id>', about: 'aboutOfEndpoint' },
];
const SHOW_OPTIONS: readonly OptionSpec[] = [JSON_OPTION, { flags: '--csv', about: 'aboutCsv' }];
const LIMIT_OPTION: OptionSpec = { flags: '--limit <count>', about: 'aboutLimit', kind: 'count' };

const LEDGER: readonly CommandSpec[] = [
  {
    path: 'ledger summary',
    about: 'aboutLedgerSummary',
    options: [
      { flags: '--by <what>', about: 'aboutBy', kind: 'grouping' },
      ...LEDGER_OPTIONS,
      ...SHOW_OPTIONS,
    ],
    examples: ['ledger summary --by model --since 7d', 'ledger summary --by day --csv > days.csv'],
    load: async () => (await import('./commands/ledger.ts')).ledgerSummary,
  },
  {
    path: 'ledger list',
    about: 'aboutLedgerList',
    options: [...LEDGER_OPTIONS, LIMIT_OPTION, ...SHOW_OPTIONS],
    examples: ['ledger list --since 24h', 'ledger list --since 2026-11-01 --limit 10000 --csv'],
    load: async () => (await import('./commands/ledger.ts')).ledgerList,
  },
  {
    path: 'ledger lost',
    about: 'aboutLedgerLost',
    options: [...LEDGER_OPTIONS, LIMIT_OPTION, ...SHOW_OPTIONS],
    examples: ['ledger lost --since 7d'],
    load: async () => (await import('./commands/ledger.ts')).ledgerLost,
  },
];

/** Commands that look at requests, past and present. */
const SEEING: readonly CommandSpec[] = [
  {
    path: 'logs',
    about: 'aboutLogs',
    options: [
      { flags: '--slow <seconds>', about: 'aboutSlow', kind: 'seconds' },
      { flags: '--failed', about: 'aboutFailed' },
      { flags: '--lost', about: 'aboutLostOnly' },
      ...LEDGER_OPTIONS,
      { flags: '--cause <cause>', about: 'aboutCause' },
      LIMIT_OPTION,
      { flags: '-f, --follow', about: 'aboutFollowRows' },
      ...SHOW_OPTIONS,
    ],
    examples: ['logs --slow 100 --since 24h', 'logs --failed --cause edge-timeout', 'logs -f'],
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    path: 'explain',
    args: '[what...]',
    about: 'aboutExplain',
    options: [JSON_OPTION],
    examples: [
      'explain',
      'explain req-01m2gq8z5c7k3x',
      'explain < page.html',
      'explain "524 status code (no body)"',
    ],
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    path: 'top',
    about: 'aboutTop',
    options: [
      { flags: '--once', about: 'aboutOnce' },
      { flags: '--json', about: 'aboutJsonOnce' },
    ],
    examples: ['top', 'top --once', 'top --json | jq .runningCount'],
    load: async () => (await import('./commands/top.ts')).top,
  },
];

const CONFIG: readonly CommandSpec[] = [
  {
    path: 'config check',
    about: 'aboutConfigCheck',
    examples: ['config check'],
    load: async () => (await import('./commands/config.ts')).configCheck,
  },
  {
    path: 'config schema',
    about: 'aboutConfigSchema',
    examples: ['config schema > qcc.schema.json'],
    load: async () => (await import('./commands/config.ts')).configSchema,
  },
  {
    path: 'config path',
    about: 'aboutConfigPath',
    examples: ['config path'],
    load: async () => (await import('./commands/config.ts')).configPath,
  },
];

/** Every command, in the order in which help shows them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    path: 'init',
    about: 'aboutInit',
    options: [{ flags: '--force', about: 'aboutForce' }],
    examples: ['init'],
    load: async () => (await import('./commands/init.ts')).init,
  },
  ...PROXY,
  ...CLUSTER,
  ...ENDPOINT,
  ...HEALTH,
  ...QUEUE,
  ...SEEING,
  ...EXCHANGE,
  ...LEDGER,
  {
    path: 'doctor',
    args: '[endpoint]',
    about: 'aboutDoctor',
    options: [
      { flags: '--model <name>', about: 'aboutCheckupModel' },
      { flags: '--probe-edge', about: 'aboutProbeEdge' },
      { flags: '--silence-up-to <time>', about: 'aboutSilenceUpTo', kind: 'duration' },
      { flags: '--yes', about: 'aboutYesProbe' },
      { flags: '--api-key-env <name>', about: 'aboutCheckupKey' },
      { flags: '--json', about: 'aboutDoctorJson' },
    ],
    examples: ['doctor', 'doctor 1e3e --probe-edge', 'doctor https://api.example.com --api-key-env KEY'],
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    path: 'advise',
    about: 'aboutAdvise',
    options: [
      SINCE_OPTION,
      { flags: '--apply', about: 'aboutApply' },
      { flags: '--yes', about: 'aboutYes' },
      JSON_OPTION,
    ],
    examples: ['advise --since 7d', 'advise --apply'],
    load: async () => (await import('./commands/advise.ts')).adviseCommand,
  },
  {
    path: 'alerts test',
    about: 'aboutAlertsTest',
    options: [JSON_OPTION],
    examples: ['alerts test'],
    load: async () => (await import('./commands/alerts.ts')).alertsTest,
  },
  ...CONFIG,
  {
    path: 'env',
    about: 'aboutEnv',
    examples: ['env', 'env > qcc.sh && . ./qcc.sh'],
    load: async () => (await import('./commands/env.ts')).env,
  },
  {
    path: 'claude',
    args: '[args...]',
    about: 'aboutClaude',
    examples: ['claude', 'claude -p "Explain this repository"'],
    load: async () => (await import('./commands/claude.ts')).claude,
  },
  {
    path: 'demo',
    about: 'aboutDemo',
    options: [JSON_OPTION],
    examples: ['demo', 'demo --json'],
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    path: 'simulate',
    about: 'aboutSimulate',
    options: [
      { flags: '--host <host>', about: 'aboutSimulatorHost' },
      { flags: '--port <port>', about: 'aboutSimulatorPort', kind: 'port' },
      { flags: '--script <file>', about: 'aboutScript' },
    ],
    examples: ['simulate', 'simulate --port 9000 --script outage.yaml'],
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
];
