import { type Document, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, YAMLSeq } from 'yaml';
import type { Strategy } from '../domain/endpoint.ts';
import type { Protocol } from '../domain/protocol.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { baseUrlProblem } from './address.ts';
import { endpointId } from './build.ts';
import { DEFAULTS } from './defaults.ts';
import type { ConfigProblem, Environment, Path } from './problem.ts';
import { type Resolve, resolver } from './reference.ts';
import { renderer } from './render.ts';
import { readSource, type Source } from './source.ts';

/** An endpoint to add, in the config's own notation: references and durations as they would be written. */
export interface EndpointDraft {
  readonly base_url: string;
  readonly api_key?: string;
  readonly name?: string;
  readonly protocols?: readonly Protocol[];
  readonly weight?: number;
  readonly priority?: number;
  readonly timeout?: number | string;
  readonly max_failures?: number;
  readonly enabled?: boolean;
  readonly models?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly edge?: string | { readonly silence?: number | string; readonly total?: number | string };
  readonly max_duration?: number | string;
  readonly limits?: { readonly concurrency?: number; readonly rps?: number; readonly rpm?: number };
}

export type Edited = Result<string, ConfigProblem>;
type Raw = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Site {
  readonly name: string;
  readonly path: Path;
  readonly endpoints: readonly unknown[];
}

/** Every cluster in the file, in either form. */
function sitesOf(value: unknown): readonly Site[] {
  const root = isMapping(value) ? value : {};
  const listed = isMapping(root.clusters) ? root.clusters : {};
  const site = (name: string, path: Path, raw: unknown): Site => {
    const endpoints = isMapping(raw) ? raw.endpoints : undefined;
    return { name, path, endpoints: Array.isArray(endpoints) ? endpoints : [] };
  };
  const bare = Object.entries(root).filter(
    ([key, raw]) => key !== 'clusters' && isMapping(raw) && 'endpoints' in raw,
  );
  return [
    ...Object.entries(listed).map(([name, raw]) => site(name, ['clusters', name], raw)),
    ...bare.map(([name, raw]) => site(name, [name], raw)),
  ];
}

export interface Editing {
  readonly source: Source;
  readonly document: Document;
  readonly sites: readonly Site[];
}

/** Opens the text, lets `change` alter the document (or object), and writes it out again. */
export function edit(text: string, change: (editing: Editing) => ConfigProblem | undefined): Edited {
  const { source, problems } = readSource(text);
  const syntax = problems[0];
  if (source === undefined || syntax !== undefined)
    return fail(syntax ?? { path: '', message: 'not valid YAML' });
  if (source.value !== null && source.value !== undefined && !isMapping(source.value)) {
    return fail(source.problemAt([], 'expected a mapping (key: value)'));
  }
  const render = renderer(source.document, text);
  const problem = change({ source, document: source.document, sites: sitesOf(source.value) });
  return problem === undefined ? ok(render()) : fail(problem);
}

const noCluster = ({ source, sites }: Editing, name: string): ConfigProblem =>
  source.problemAt(
    [],
    `there is no cluster "${name}"; expected one of ${sites.map((site) => site.name).join(', ') || '(none)'}`,
  );

/** The mapping at `path`; an alias or something else can't be edited without touching other places. */
export function mapAt({ document, source }: Editing, path: Path): Result<YAMLMap, ConfigProblem> {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isMap(node)
    ? ok(node)
    : fail(source.problemAt(path, 'expected a mapping written out here, to edit it'));
}

/** Adds an empty cluster under `clusters`. */
export function addCluster(text: string, name: string, strategy: Strategy = DEFAULTS.strategy): Edited {
  return edit(text, ({ source, document, sites }) => {
    const there = sites.find((site) => site.name === name);
    if (there !== undefined) return source.problemAt(there.path, `cluster "${name}" is there already`, 'key');
    const { clusters } = isMapping(source.value) ? source.value : {};
    if (clusters !== undefined && clusters !== null && !isMap(document.get('clusters', true))) {
      return source.problemAt(['clusters'], 'expected a mapping written out here, to edit it');
    }
    const cluster = { strategy, endpoints: [] };
    if (clusters === undefined || clusters === null)
      put(document, 'clusters', document.createNode({ [name]: cluster }));
    else document.setIn(['clusters', name], document.createNode(cluster));
    return undefined;
  });
}

/** Sets a value; an empty one (`clusters:` with only comments under it) passes its comments on. */
export function put(owner: Document | YAMLMap, key: string, node: YAMLMap | YAMLSeq): void {
  const old = owner.get(key, true) as unknown;
  if (isScalar(old)) {
    const kept = [old.commentBefore, old.comment].filter(Boolean).join('\n');
    if (kept !== '') node.commentBefore = kept;
  }
  owner.set(key, node);
}

/** Comments of what goes stay, with what comes after it or, at the end, with the whole list. */
function removeItem(collection: YAMLMap | YAMLSeq, index: number, comment: string | null | undefined): void {
  collection.items.splice(index, 1);
  if (!comment) return;
  const following = collection.items[index] as Pair | { commentBefore?: string | null } | undefined;
  const bearer = following !== undefined && 'key' in following ? (following.key as Scalar) : following;
  if (bearer !== undefined && bearer !== null) {
    bearer.commentBefore = bearer.commentBefore ? `${comment}\n${bearer.commentBefore}` : comment;
  } else {
    collection.comment = collection.comment ? `${comment}\n${collection.comment}` : comment;
  }
}

function uses(value: unknown, name: string): Path | undefined {
  const root = isMapping(value) ? value : {};
  if (root.default_cluster === name) return ['default_cluster'];
  const routes = Array.isArray(root.routes) ? root.routes : [];
  const index = routes.findIndex((route) => isMapping(route) && route.cluster === name);
  return index < 0 ? undefined : ['routes', index, 'cluster'];
}

/** Removes a cluster, unless something refers to it or it holds the only endpoints there are. */
export function removeCluster(text: string, name: string): Edited {
  return edit(text, (editing) => {
    const { source, sites } = editing;
    const site = sites.find((candidate) => candidate.name === name);
    if (site === undefined) return noCluster(editing, name);
    const use = uses(source.value, name);
    if (use !== undefined) return source.problemAt(use, `cluster "${name}" is still used here`);
    if (!sites.some((other) => other !== site && other.endpoints.length > 0)) {
      return source.problemAt(
        site.path,
        'expected another cluster with an endpoint to remain, found none',
        'key',
      );
    }
    const parent = mapAt(editing, site.path.slice(0, -1));
    if (!parent.ok) return parent.error;
    const index = parent.value.items.findIndex((pair) => String(pair.key) === name);
    if (index < 0) return source.problemAt(site.path, 'expected it written out here, to edit it');
    removeItem(parent.value, index, (parent.value.items[index]!.key as Scalar).commentBefore);
    return undefined;
  });
}

/** Sets `default_cluster`. */
export function useCluster(text: string, name: string): Edited {
  return edit(text, (editing) => {
    if (!editing.sites.some((site) => site.name === name)) return noCluster(editing, name);
    editing.document.set('default_cluster', name);
    return undefined;
  });
}

const isReference = (text: string): boolean => text.startsWith('file:') || text.includes('${');

/** Adds an endpoint to a cluster. Ranges and references are judged by `parseConfig` on the result. */
export function addEndpoint(text: string, cluster: string, draft: EndpointDraft): Edited {
  return edit(text, (editing) => {
    const { source, document, sites } = editing;
    const site = sites.find((candidate) => candidate.name === cluster);
    if (site === undefined) return noCluster(editing, cluster);
    const problem = isReference(draft.base_url) ? undefined : baseUrlProblem(draft.base_url);
    if (problem !== undefined) return { path: 'base_url', message: problem };
    const same = (raw: unknown) =>
      isMapping(raw) && raw.base_url === draft.base_url && (raw.api_key ?? '') === (draft.api_key ?? '');
    const there = site.endpoints.findIndex(same);
    if (there >= 0)
      return source.problemAt([...site.path, 'endpoints', there], `it is in cluster "${cluster}" already`);
    const owner = mapAt(editing, site.path);
    if (!owner.ok) return owner.error;
    const node = document.createNode(draft);
    const list = owner.value.get('endpoints', true) as unknown;
    if (isSeq(list)) {
      if (list.items.length === 0) list.flow = false;
      list.add(node);
    } else {
      const made = new YAMLSeq();
      made.add(node);
      put(owner.value, 'endpoints', made);
    }
    return undefined;
  });
}

/** Where the endpoint with this id stands: in one cluster or, written several times, in more. */
function endpointPaths(sites: readonly Site[], id: string, resolve: Resolve): readonly Path[] {
  const value = (raw: unknown): string | undefined => {
    const found = typeof raw === 'string' ? resolve(raw) : undefined;
    return found?.ok ? found.value : undefined;
  };
  const idOf = (raw: unknown): string | undefined => {
    const baseUrl = isMapping(raw) ? value(raw.base_url) : undefined;
    const apiKey = isMapping(raw) ? value(raw.api_key ?? '') : undefined;
    return baseUrl === undefined || apiKey === undefined ? undefined : endpointId(baseUrl, apiKey);
  };
  return sites.flatMap((site) =>
    site.endpoints.flatMap((raw, index) => (idOf(raw) === id ? [[...site.path, 'endpoints', index]] : [])),
  );
}

export function editEndpoint(
  text: string,
  id: string,
  environment: Environment,
  change: (editing: Editing, path: Path) => ConfigProblem | undefined,
): Edited {
  return edit(text, (editing) => {
    const paths = endpointPaths(editing.sites, id, resolver(environment));
    if (paths.length === 0) return { path: '', message: `there is no endpoint with the id "${id}"` };
    for (const path of [...paths].reverse()) {
      const problem = change(editing, path);
      if (problem !== undefined) return problem;
    }
    return undefined;
  });
}

/** Removes an endpoint from every cluster it stands in, unless it is the only one there is. */
export function removeEndpoint(text: string, id: string, environment: Environment): Edited {
  return editEndpoint(text, id, environment, ({ source, document, sites }, path) => {
    const paths = endpointPaths(sites, id, resolver(environment));
    const all = sites.reduce((sum, site) => sum + site.endpoints.length, 0);
    if (all === paths.length)
      return source.problemAt(path, 'expected another endpoint to remain, found none');
    const list = document.getIn(path.slice(0, -1), true);
    if (!isSeq(list)) return source.problemAt(path, 'expected a list written out here, to edit it');
    const index = path.at(-1) as number;
    const item = list.items[index] as { commentBefore?: string | null };
    removeItem(list, index, item.commentBefore);
    if (list.items.length === 0) list.flow = !list.comment && !list.commentBefore;
    return undefined;
  });
}

/** Sets `enabled` on an endpoint, in every cluster it stands in. */
export function setEndpointEnabled(
  text: string,
  id: string,
  enabled: boolean,
  environment: Environment,
): Edited {
  return editEndpoint(text, id, environment, (editing, path) => {
    const node = mapAt(editing, path);
    if (!node.ok) return node.error;
    node.value.set('enabled', enabled);
    return undefined;
  });
}
