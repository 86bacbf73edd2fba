import { hostText, isLoopback } from './address.ts';
import { clientKeys, endpointId, listeners, type SectionsFound } from './build.ts';
import { nearest } from './explain.ts';
import type { ConfigProblem, Path } from './problem.ts';
import type { ClusterValue } from './schema.ts';
import type { Source } from './source.ts';

/** A cluster as found: where it stands and, if it is right in itself, its value. */
export interface FoundCluster {
  readonly name: string;
  readonly path: Path;
  readonly value?: ClusterValue;
}

/** All that was right in itself. What is absent had problems of its own, and is not judged again here. */
export interface Found {
  readonly source: Source;
  readonly clusters: readonly FoundCluster[];
  readonly sections: SectionsFound;
}

type Check = (found: Found) => ConfigProblem[];

function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint =
    near === undefined ? `expected one of ${known.join(', ') || '(none)'}` : `did you mean "${near}"?`;
  return `there is no ${what} "${name}"; ${hint}`;
}

const atLeastOneEndpoint: Check = ({ source, clusters }) => {
  const any = clusters.some(({ value }) => value === undefined || value.endpoints.length > 0);
  if (any) return [];
  const message =
    'expected at least one cluster with one endpoint, found none; write for example\n' +
    '    clusters:\n      main:\n        endpoints:\n          - base_url: https://api.anthropic.com\n' +
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the config's notation
    '            api_key: ${ANTHROPIC_API_KEY}';
  return [source.problemAt(clusters[0]?.path ?? [], message)];
};

const clusterNames: Check = ({ source, clusters }) =>
  clusters
    .filter(({ name }, index) => clusters.findIndex((other) => other.name === name) < index)
    .map(({ name, path }) =>
      source.problemAt(path, `expected each cluster once, found "${name}" a second time`, 'key'),
    );

const endpointIds: Check = ({ source, clusters }) =>
  clusters.flatMap(({ path, value }) => {
    const seen = new Set<string>();
    return (value?.endpoints ?? []).flatMap(({ base_url, api_key }, index) => {
      const id = endpointId(base_url, api_key ?? '');
      if (!seen.has(id)) {
        seen.add(id);
        return [];
      }
      const message = `expected each endpoint once in a cluster, found the same base_url and api_key again (id ${id})`;
      return [source.problemAt([...path, 'endpoints', index], message)];
    });
  });

const defaultCluster: Check = ({ source, clusters, sections: { default_cluster: name } }) => {
  const names = clusters.map((cluster) => cluster.name);
  if (name === undefined || names.includes(name)) return [];
  return [source.problemAt(['default_cluster'], unknownName('cluster', name, names))];
};

const routeTargets: Check = ({ source, clusters, sections: { routes = [], auth } }) => {
  const names = clusters.map((cluster) => cluster.name);
  const keys = auth === undefined ? undefined : clientKeys(auth).map(({ name }) => name);
  return routes.flatMap(({ cluster, match }, index) => {
    const problems: ConfigProblem[] = [];
    if (cluster !== undefined && !names.includes(cluster)) {
      problems.push(source.problemAt(['routes', index, 'cluster'], unknownName('cluster', cluster, names)));
    }
    for (const key of match.client_key ?? []) {
      if (keys === undefined || keys.includes(key)) continue;
      const path = ['routes', index, 'match', 'client_key'];
      problems.push(source.problemAt(path, unknownName('key under auth.keys with the name', key, keys)));
    }
    return problems;
  });
};

const routeRanges: Check = ({ source, sections: { routes = [] } }) =>
  routes.flatMap(({ match }, index) =>
    (['max_tokens', 'prompt_bytes'] as const).flatMap((key) => {
      const { min = 0, max = Number.POSITIVE_INFINITY } = match[key] ?? {};
      if (min <= max) return [];
      return [
        source.problemAt(['routes', index, 'match', key], `expected min up to max, found ${min} and ${max}`),
      ];
    }),
  );

/** Problems at every item whose name was there before. */
function repeated(
  source: Source,
  list: Path,
  names: readonly (string | undefined)[],
  what: string,
): ConfigProblem[] {
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [source.problemAt([...list, index], `expected each ${what} once, found it a second time`)],
  );
}

const uniqueNames: Check = ({ source, sections: { routes = [], auth = { keys: [] }, listen = [] } }) => {
  const keys = clientKeys(auth);
  const addresses = listen.map((item) => (item.port === 0 ? undefined : hostText(item)));
  const byName = repeated(
    source,
    ['listen'],
    listeners(listen).map(({ name, port }) => (port === 0 && name.endsWith(':0') ? undefined : name)),
    'name',
  );
  return [
    ...repeated(
      source,
      ['routes'],
      routes.map(({ name }, index) => name ?? `route-${index + 1}`),
      'route name',
    ),
    ...repeated(
      source,
      ['auth', 'keys'],
      keys.map(({ name }) => name),
      'key name',
    ),
    ...repeated(
      source,
      ['auth', 'keys'],
      keys.map(({ key }) => key),
      'key',
    ),
    ...repeated(source, ['listen'], addresses, 'address'),
    ...byName,
  ];
};

const openListeners: Check = ({ source, sections: { listen = [], auth } }) => {
  if (auth === undefined || auth.keys.length > 0) return [];
  const isList = Array.isArray((source.value as { listen?: unknown } | null)?.listen);
  return listen.flatMap(({ host }, index) => {
    if (isLoopback(host)) return [];
    const path = isList ? ['listen', index] : ['listen'];
    const message = `"${host}" can be reached from other machines: expected auth.keys with at least one key, found none`;
    return [source.problemAt(path, message)];
  });
};

const orderedPairs: Check = ({ source, sections: { retry, health } }) => {
  const problems: ConfigProblem[] = [];
  if (retry !== undefined && retry.cap < retry.base) {
    const message = `expected cap to be base (${retry.base}ms) or more, found ${retry.cap}ms`;
    problems.push(source.problemAt(['retry', 'cap'], message));
  }
  if (health !== undefined && health.max_interval < health.interval) {
    const message = `expected max_interval to be interval (${health.interval}ms) or more, found ${health.max_interval}ms`;
    problems.push(source.problemAt(['health', 'max_interval'], message));
  }
  return problems;
};

/** What no part can see by itself. */
const CHECKS: readonly Check[] = [
  atLeastOneEndpoint,
  clusterNames,
  endpointIds,
  defaultCluster,
  routeTargets,
  routeRanges,
  uniqueNames,
  openListeners,
  orderedPairs,
];

export const crossCheck = (found: Found): ConfigProblem[] => CHECKS.flatMap((check) => check(found));
