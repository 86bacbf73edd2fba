import { hostText, isLoopback } from './address.ts';
import { clientKeys, endpointId, listeners, type SectionsFound } from './build.ts';
import { nearest } from './explain.ts';
import type { ConfigProblem, Path } from './problem.ts';
import { maskSecrets } from './redact.ts';
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

function unknownCluster(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint =
    near === undefined ? `expected one of ${known.join(', ') || '(none)'}` : `did you mean "${near}"?`;
  return `there is no cluster "${maskSecrets(name)}"; ${hint}`;
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
  return [source.problemAt(['default_cluster'], unknownCluster(name, names))];
};

type Raw = Readonly<Record<string, unknown>> | null | undefined;

/** From the raw routes: a bad condition in one must not hide its unknown cluster. */
function rawRoutes(source: Source): { cluster: unknown; keys: unknown[]; index: number }[] {
  const routes = (source.value as Raw)?.routes;
  return (Array.isArray(routes) ? (routes as Raw[]) : []).map((route, index) => ({
    cluster: route?.cluster,
    keys: [(route?.match as Raw)?.client_key ?? []].flat(),
    index,
  }));
}

const routeClusters: Check = ({ source, clusters }) => {
  const names = clusters.map((cluster) => cluster.name);
  return rawRoutes(source).flatMap(({ cluster, index }) =>
    typeof cluster !== 'string' || cluster === '' || names.includes(cluster)
      ? []
      : [source.problemAt(['routes', index, 'cluster'], unknownCluster(cluster, names))],
  );
};

const routeKeys: Check = ({ source, sections: { auth } }) => {
  if (auth === undefined) return [];
  const names = clientKeys(auth).map(({ name }) => name);
  return rawRoutes(source).flatMap(({ keys, index }) =>
    keys
      .filter((key): key is string => typeof key === 'string' && key !== '' && !names.includes(key))
      .map(() => {
        // Not quoted: the key itself may have been put where its name belongs.
        const message = `there is no key with this name under auth.keys; expected one of ${names.join(', ') || '(none)'}`;
        return source.problemAt(['routes', index, 'match', 'client_key'], message);
      }),
  );
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
  routeClusters,
  routeKeys,
  routeRanges,
  uniqueNames,
  openListeners,
  orderedPairs,
];

export const crossCheck = (found: Found): ConfigProblem[] => CHECKS.flatMap((check) => check(found));
