import { JSON_OPTION } from './command-options.ts';
import type { CommandSpec } from './given.ts';

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

/** Commands about clusters and their endpoints: what is configured, and how it does. */
export const FLEET: readonly CommandSpec[] = [...CLUSTER, ...ENDPOINT, ...HEALTH, ...QUEUE];
