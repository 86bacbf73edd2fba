import { baseUrlProblem, isLoopback } from './address.ts';
import { DEFAULTS } from './defaults.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface Vendor {
  readonly cluster: string;
  readonly baseUrl: string;
  readonly keyName: string;
  readonly urlName: string;
  readonly protocols: string;
}

const VENDORS: readonly Vendor[] = [
  {
    cluster: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    keyName: 'ANTHROPIC_API_KEY',
    urlName: 'ANTHROPIC_BASE_URL',
    protocols: '[anthropic-messages]',
  },
  {
    cluster: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyName: 'OPENAI_API_KEY',
    urlName: 'OPENAI_BASE_URL',
    protocols: '[openai-chat, openai-responses]',
  },
];

const reference = (name: string): string => `\${${name}}`;

/** A shell that already uses the gateway has a base URL that leads back to it: a config with that would loop. */
function leadsBack(url: string): boolean {
  const { hostname, port } = new URL(url);
  return isLoopback(hostname.replace(/^\[|\]$/g, '')) && port === String(DEFAULTS.port);
}

const usableUrl = (url: string | undefined): boolean =>
  url !== undefined && baseUrlProblem(url) === undefined && !leadsBack(url);

/** Whether the value can stand in a header: only then does a config that refers to it load. */
const usableKey = (key: string | undefined): boolean =>
  key !== undefined && key.trim() !== '' && /^[\x20-\x7e]+$/.test(key);

const HEAD = `# QCC's configuration. Every key is described in docs/config.md; check this file with: qcc config check
# A change takes effect at once; one with a mistake in it is reported, and the last good one stays.

# Where to listen. Anything but this machine itself needs keys under auth.
listen: ${DEFAULTS.host}:${DEFAULTS.port}
# auth:
#   keys: [{ name: laptop, key: file:laptop.key }]

# A cluster is a set of endpoints that can serve each other's requests. When one fails, another answers.
# Write secrets as \${NAME} (environment) or file:PATH, so that this file holds none.
clusters:
`;

const TAIL = `
# retry: { max: ${DEFAULTS.retry.max}, base: ${DEFAULTS.retry.base}, cap: ${DEFAULTS.retry.cap} }
# timeouts: { total: 10m }
# scenarios:
#   reasoning: { first_byte: 3m }
# routes:
#   - { match: { model: "*haiku*" }, scenario: quick }
# health: { interval: ${DEFAULTS.health.interval} }
# log: { level: ${DEFAULTS.log.level}, format: ${DEFAULTS.log.format} }
# ledger: { keep: 90d, max_size: 2GB }
`;

const MORE_ENDPOINTS = `      # - base_url: https://backup.example.com
      #   api_key: file:backup.key
      #   priority: 2 # lower goes first
      #   timeout: 90 # seconds to the first byte
`;

function clusterText({ cluster, baseUrl, keyName, urlName, protocols }: Vendor, env: Env): string {
  const url = usableUrl(env[urlName]) ? reference(urlName) : baseUrl;
  const key = usableKey(env[keyName]) ? `        api_key: ${reference(keyName)}\n` : '';
  return `  ${cluster}:
    strategy: ${DEFAULTS.strategy}
    endpoints:
      - base_url: ${url}
${key}        protocols: ${protocols}
${MORE_ENDPOINTS}`;
}

const TEMPLATE = `  main:
    strategy: ${DEFAULTS.strategy}
    endpoints:
      # The one thing to fill in:
      - base_url: https://api.anthropic.com # with or without /v1
        api_key: "" # \${NAME}, file:PATH, or the key itself
${MORE_ENDPOINTS}`;

/** Each protocol to the cluster that speaks it, where there are two. */
const ROUTES = `
# The first route that fits a request decides; no route: the default cluster.
default_cluster: anthropic
routes:
  - name: openai
    match: { protocol: [openai-chat, openai-responses] }
    cluster: openai
`;

/**
 * A commented config.yaml to start from. It refers to the vendors' variables that are set, by name; with
 * none set, its one endpoint is there to be filled in. It loads as it stands, in the same environment.
 */
export function initialConfig(env: Env): string {
  const vendors = VENDORS.filter(
    ({ keyName, urlName }) => usableKey(env[keyName]) || usableUrl(env[urlName]),
  );
  if (vendors.length === 0) return `${HEAD}${TEMPLATE}${TAIL}`;
  const clusters = vendors.map((vendor) => clusterText(vendor, env)).join('\n');
  return `${HEAD}${clusters}${vendors.length > 1 ? ROUTES : ''}${TAIL}`;
}
