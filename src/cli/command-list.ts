import { FLEET } from './command-list-fleet.ts';
import { SEEING } from './command-list-seeing.ts';
import { JSON_OPTION } from './command-options.ts';
import type { CommandSpec } from './given.ts';
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

/** Commands around a client, and for trying things. */
const CLIENTS: readonly CommandSpec[] = [
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
  ...FLEET,
  ...SEEING,
  ...CONFIG,
  ...CLIENTS,
];
