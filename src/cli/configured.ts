import { existsSync } from 'node:fs';
import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointView } from '../domain/health.ts';
import type { Settings } from '../domain/settings.ts';
import type { ClusterView } from '../domain/view.ts';
import { filesOf } from './files.ts';
import type { CliPorts } from './ports.ts';

/** What config.yaml says. */
export type Configured =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'no-file' }
  /** `text`: each problem with its line and column, ready to be shown. */
  | { readonly kind: 'problems'; readonly text: string };

/** Reads config.yaml; what is missing or wrong with it is a value. Loads the YAML parser and zod: 100 ms. */
export async function readConfigured({ home, env }: CliPorts): Promise<Configured> {
  const file = filesOf(home).config;
  if (!existsSync(file)) return { kind: 'no-file' };
  const { loadConfig, formatProblems } = await import('../config/config.ts');
  const loaded = await loadConfig(file, env);
  return loaded.ok
    ? { kind: 'settings', settings: loaded.value }
    : { kind: 'problems', text: formatProblems(file, loaded.error) };
}

/** `admin.token`, where the file can be read and sets one. */
export async function configuredToken(ports: CliPorts): Promise<string | undefined> {
  const configured = await readConfigured(ports);
  return configured.kind === 'settings' ? configured.settings.admin.token : undefined;
}

/** Base URL at which a gateway of these settings can be reached from this machine. */
export function addressOf({ listen }: Settings): string | undefined {
  const first = listen[0];
  if (!first) return undefined;
  const { host, port } = first;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The clusters as the gateway would show them, had nothing been asked yet. */
export function clusterViews({ clusters, defaultCluster }: Settings): ClusterView[] {
  return clusters.map(({ name, strategy, endpoints }) => ({
    name,
    strategy,
    isDefault: name === defaultCluster,
    endpoints: endpoints.map((endpoint) => untried(endpoint, clustersOf(clusters, endpoint.id))),
  }));
}

/** The endpoints, each once, whatever number of clusters it is in. */
export function endpointViews({ clusters }: Settings): EndpointView[] {
  const all = clusters.flatMap(({ endpoints }) => endpoints);
  const distinct = [...new Map(all.map((endpoint) => [endpoint.id, endpoint])).values()];
  return distinct.map((endpoint) => untried(endpoint, clustersOf(clusters, endpoint.id)));
}

function clustersOf(clusters: Settings['clusters'], id: string): string[] {
  return clusters.filter(({ endpoints }) => endpoints.some((one) => one.id === id)).map(({ name }) => name);
}

function untried(endpoint: Endpoint, clusters: readonly string[]): EndpointView {
  const { id, name, baseUrl, enabled, priority, weight, edge } = endpoint;
  return {
    id,
    name,
    baseUrl,
    clusters,
    enabled,
    priority,
    weight,
    health: 'unknown',
    circuit: { kind: 'closed' },
    inQueue: false,
    coolingUntil: 0,
    requests: 0,
    consecutiveFailures: 0,
    qps: 0,
    inFlight: 0,
    ...(edge ? { edge } : {}),
  };
}
