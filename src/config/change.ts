import { Document, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, YAMLSeq } from 'yaml';
import { ok, type Result } from '../domain/result.ts';
import { type Edited, type Editing, edit, editEndpoint, isMapping, mapAt, put } from './edit.ts';
import type { ConfigProblem, Environment, Path } from './problem.ts';

/** A value as the config would have it written. */
export type ConfigValue =
  | string
  | number
  | boolean
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** A route to add, in the config's own notation. */
export interface RouteDraft {
  readonly name: string;
  readonly match: { readonly [key: string]: ConfigValue };
  readonly cluster: string;
}

/** One change of the configuration. */
export type ConfigChange =
  /** Sets one key of an endpoint, in every cluster it stands in. */
  | {
      readonly kind: 'endpoint';
      readonly id: string;
      readonly key: 'edge' | 'stream_upstream' | 'cancel_stops_billing';
      readonly value: ConfigValue;
    }
  /** Sets what bounds the first byte at an endpoint: `timeout`, or where only the fine form is there, that. */
  | { readonly kind: 'endpoint-first-byte'; readonly id: string; readonly value: string }
  /** Sets what `path` leads to; what is missing on the way is made. */
  | { readonly kind: 'value'; readonly path: Path; readonly value: ConfigValue }
  /** The edge in front of the listener at this place of `listen`. */
  | {
      readonly kind: 'listener';
      readonly index: number;
      readonly host: string;
      readonly port: number;
      readonly edge: ConfigValue;
    }
  /** Goes before all other routes, since the first that fits holds. */
  | { readonly kind: 'route'; readonly route: RouteDraft };

/** Makes a change in the text, comments kept. Whether the result is valid is for `parseConfig` to say. */
export function applyChange(text: string, change: ConfigChange, environment: Environment): Edited {
  switch (change.kind) {
    case 'endpoint':
      return editEndpoint(text, change.id, environment, (editing, path) => {
        const owner = mapAt(editing, path);
        return owner.ok ? setKey(editing, owner.value, change.key, change.value) : owner.error;
      });
    case 'endpoint-first-byte':
      return editEndpoint(text, change.id, environment, (editing, path) => {
        const owner = mapAt(editing, path);
        if (!owner.ok) return owner.error;
        setFirstByte(owner.value, change.value);
        return undefined;
      });
    case 'value':
      return edit(text, (editing) => {
        const owner = ownerAt(editing, change.path.slice(0, -1));
        return owner.ok
          ? setKey(editing, owner.value, String(change.path.at(-1)), change.value)
          : owner.error;
      });
    case 'listener':
      return edit(text, (editing) => setListenerEdge(editing, change));
    case 'route':
      return edit(text, (editing) => addRoute(editing, change.route));
  }
}

/** The lines that a change comes down to, for people to read. */
export function changeText(change: ConfigChange): string {
  switch (change.kind) {
    case 'endpoint':
      return `${change.key}: ${inline(change.value)}`;
    case 'endpoint-first-byte':
      return `timeout: ${change.value}`;
    case 'value':
      return nested(change.path, change.value);
    case 'listener':
      return `listen:\n  - ${inline({ host: change.host, port: change.port, edge: change.edge })}`;
    case 'route':
      return routeDocument(change.route).toString({ lineWidth: 0 }).trimEnd();
  }
}

function nested(path: Path, value: ConfigValue): string {
  const lines = path.map((step, depth) => {
    const key = typeof step === 'number' ? `- # ${step + 1}` : `${step}:`;
    return `${'  '.repeat(depth)}${key}`;
  });
  return `${lines.join('\n')} ${inline(value)}`;
}

/** On one line, as people write small mappings. */
function inline(value: ConfigValue): string {
  const document = new Document(value);
  if (isMap(document.contents) || isSeq(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0 }).trimEnd();
}

function routeDocument(route: RouteDraft): Document {
  const document = new Document({ routes: [] });
  document.set('routes', listOf(routeNode(document, route)));
  return document;
}

function routeNode(document: Document, route: RouteDraft): YAMLMap {
  const made = document.createNode(route) as unknown as YAMLMap;
  const match = made.get('match', true) as unknown;
  if (isMap(match)) match.flow = true;
  return made;
}

function listOf(item: unknown): YAMLSeq {
  const list = new YAMLSeq();
  list.add(item);
  return list;
}

/** Sets one key of a mapping; the comment beside the value before stays beside it. */
function setKey(
  { document }: Editing,
  owner: YAMLMap,
  key: string,
  value: ConfigValue,
): ConfigProblem | undefined {
  if (typeof value !== 'object') {
    owner.set(key, value);
    return undefined;
  }
  const node = document.createNode(value, { flow: true });
  const old = owner.get(key, true) as unknown as ParsedNode | undefined;
  if (old?.comment && (isScalar(old) || isMap(old))) node.comment = old.comment;
  owner.set(key, node);
  return undefined;
}

function setFirstByte(owner: YAMLMap, value: string): void {
  const fine = owner.get('timeouts', true) as unknown;
  const isFine = isMap(fine) && fine.has('first_byte');
  if (isFine) fine.set('first_byte', value);
  if (!isFine || owner.has('timeout')) owner.set('timeout', value);
}

/** The mapping at `path`, made where nothing stands there. */
function ownerAt(editing: Editing, path: Path): Result<YAMLMap, ConfigProblem> {
  const { document } = editing;
  let owner = mapAt(editing, []);
  for (const [index, step] of path.entries()) {
    if (!owner.ok) return owner;
    const here = path.slice(0, index + 1);
    const there = document.getIn(here, true) as unknown;
    const empty = there === undefined || (isScalar(there) && there.value === null);
    if (empty && typeof step === 'string') {
      const made = document.createNode({}) as YAMLMap;
      put(owner.value, step, made);
      owner = ok(made);
    } else if (isSeq(there) && typeof path[index + 1] === 'number') {
    } else owner = mapAt(editing, here);
  }
  return owner;
}

function setListenerEdge(
  editing: Editing,
  { index, host, port, edge }: ConfigChange & { kind: 'listener' },
): ConfigProblem | undefined {
  const { document, source } = editing;
  const listen = document.get('listen', true) as unknown;
  const item = isSeq(listen) ? (listen.items[index] as unknown) : undefined;
  if (isMap(item)) return setKey(editing, item, 'edge', edge);
  const made = document.createNode({ host, port, edge }, { flow: true });
  if (isSeq(listen)) {
    if (!isScalar(item))
      return source.problemAt(['listen', index], 'expected it written out here, to edit it');
    if (item.comment) made.comment = item.comment;
    listen.items[index] = made;
    return undefined;
  }
  if (listen !== undefined && !isScalar(listen))
    return source.problemAt(['listen'], 'expected it written out here, to edit it');
  const root = mapAt(editing, []);
  if (!root.ok) return root.error;
  put(root.value, 'listen', listOf(made));
  return undefined;
}

function addRoute(editing: Editing, route: RouteDraft): ConfigProblem | undefined {
  const { document, source } = editing;
  const made = routeNode(document, route);
  const { routes } = isMapping(source.value) ? source.value : {};
  const there = document.get('routes', true) as unknown;
  if (isSeq(there)) {
    if (there.items.length === 0) there.flow = false;
    there.items.unshift(made);
    return undefined;
  }
  if (routes !== undefined && routes !== null)
    return source.problemAt(['routes'], 'expected a list written out here, to edit it');
  put(document, 'routes', listOf(made));
  return undefined;
}
