import type { ConfigChange, ConfigValue } from '../../config/config.ts';
import type { Edge, Endpoint } from '../../domain/endpoint.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { Settings } from '../../domain/settings.ts';
import {
  alike,
  type Call,
  evidenceOf,
  flooredMs,
  groupBy,
  lostIn,
  modelOf,
  spanText,
  steady,
} from './calls.ts';
import type { Advice } from './finding.ts';

/** A connection that breaks after less silence broke for other reasons; an edge's own page says that it cut. */
const BREAK_AFTER_MS = 20_000;
const PAGE_AFTER_MS = 1_000;
/** Two cuts after the same silence are an edge. Streams break for many reasons: a total needs one more. */
const CUTS = 2;
const BREAKS = 3;
/** No edge limits a stream to less. */
const TOTAL_AFTER_MS = 60_000;

/** What cut an endpoint's calls, where it did so steadily. */
interface Cutting {
  readonly endpoint: Endpoint;
  readonly calls: readonly Call[];
  readonly cuts: readonly Call[];
  readonly breaks: readonly Call[];
  /** What the endpoint's edge seems to be. */
  readonly edge: Edge;
}

/** Silence before an edge's cut; undefined = this call was not cut by one. */
function cutSilenceOf({ attempt }: Call): number | undefined {
  const { result, phase, silenceMs = 0, longestSilenceMs } = attempt;
  const cut = failureOf(result)?.cut;
  if (cut === 'page') {
    // The edge's own page has ended the silence that it is about.
    const before = Math.max(silenceMs, longestSilenceMs);
    return before >= PAGE_AFTER_MS ? before : undefined;
  }
  const underWay = cut === 'break' && (phase === 'wait' || phase === 'stream');
  return underWay && silenceMs >= BREAK_AFTER_MS ? silenceMs : undefined;
}

const silence = (call: Call): number => cutSilenceOf(call) ?? 0;
const total = ({ attempt }: Call): number => attempt.totalMs;

function brokeWhileFlowing({ attempt }: Call): boolean {
  const { result, phase, silenceMs = 0, totalMs } = attempt;
  return (
    failureOf(result)?.cut === 'break' &&
    phase === 'stream' &&
    silenceMs < BREAK_AFTER_MS &&
    totalMs >= TOTAL_AFTER_MS
  );
}

/** Advice on what cuts between the gateway and its endpoints. */
export function adviceOnEdges(calls: readonly Call[], settings: Settings): readonly Advice[] {
  const endpoints = new Map(
    settings.clusters.flatMap((cluster) => cluster.endpoints).map((endpoint) => [endpoint.id, endpoint]),
  );
  const cuttings = [...groupBy(calls, ({ attempt }) => attempt.endpointId)].flatMap(([id, there]) => {
    const endpoint = endpoints.get(id);
    return endpoint ? [cuttingOf(endpoint, there)] : [];
  });
  const edges = new Map(cuttings.map(({ endpoint, edge }) => [endpoint.id, edge]));
  const edgeOf = (endpoint: Endpoint): Edge => edges.get(endpoint.id) ?? endpoint.edge ?? {};
  return cuttings.flatMap((cutting) => [
    ...adviceOnSettings(cutting),
    ...adviceOnDoors(cutting, calls, settings, edgeOf),
  ]);
}

function cuttingOf(endpoint: Endpoint, calls: readonly Call[]): Cutting {
  const cut = calls.filter((call) => cutSilenceOf(call) !== undefined);
  const cuts = steady(cut, silence, CUTS);
  const breaks = steady(calls.filter(brokeWhileFlowing), total, BREAKS);
  const seen = {
    ...(cuts[0] ? { silenceMs: flooredMs(silence(cuts[0])) } : {}),
    ...(breaks[0] ? { totalMs: flooredMs(total(breaks[0])) } : {}),
  };
  return { endpoint, calls, cuts, breaks, edge: { ...endpoint.edge, ...seen } };
}

/** A limit that is set, and low enough for what was seen. */
const known = (set: number | undefined, seen: number): boolean =>
  set !== undefined && (set <= seen || alike(set, seen));

function adviceOnSettings({ endpoint, cuts, breaks, edge }: Cutting): readonly Advice[] {
  const about = { endpoint: endpoint.name, id: endpoint.id };
  const change = { kind: 'endpoint', id: endpoint.id, key: 'edge', value: edgeValue(edge) } as const;
  const advice: Advice[] = [];
  const asked = cuts.filter(({ exchange }) => !exchange.stream);
  if (endpoint.streamUpstream === 'never' && asked.length > 0) {
    const value = { kind: 'endpoint', id: endpoint.id, key: 'stream_upstream', value: 'auto' } as const;
    advice.push({ kind: 'stream-upstream', about, ...findingOf(asked, silence), change: value });
  }
  if (cuts[0] && !known(endpoint.edge?.silenceMs, silence(cuts[0])))
    advice.push({ kind: 'endpoint-silence', about, ...findingOf(cuts, silence), change });
  if (breaks[0] && !known(endpoint.edge?.totalMs, total(breaks[0])))
    advice.push({ kind: 'endpoint-total', about, ...findingOf(breaks, total), change });
  return advice;
}

function findingOf(calls: readonly Call[], of: (call: Call) => number) {
  return { evidence: evidenceOf(calls, of), lost: lostIn(calls) };
}

function edgeValue({ silenceMs, totalMs }: Edge): ConfigValue {
  return {
    ...(silenceMs === undefined ? {} : { silence: spanText(silenceMs) }),
    ...(totalMs === undefined ? {} : { total: spanText(totalMs) }),
  };
}

/** Where those calls could have gone instead. Within a cluster the gateway finds such an endpoint by itself. */
function adviceOnDoors(
  { endpoint, cuts }: Cutting,
  calls: readonly Call[],
  settings: Settings,
  edgeOf: (endpoint: Endpoint) => Edge,
): readonly Advice[] {
  const limitMs = cuts[0] ? silence(cuts[0]) : 0;
  const isDoor = (other: Endpoint, protocol: Protocol): boolean => {
    const { silenceMs } = edgeOf(other);
    const open = silenceMs === undefined || (silenceMs > limitMs && !alike(silenceMs, limitMs));
    return other.enabled && other.id !== endpoint.id && other.protocols.includes(protocol) && open;
  };
  const groups = groupBy(cuts, ({ exchange }) =>
    JSON.stringify([exchange.cluster, exchange.model ?? '', exchange.protocol]),
  );
  return [...groups.values()].flatMap((group) => {
    const { cluster, protocol, model } = group[0]!.exchange;
    const doors = settings.clusters
      .filter(({ endpoints }) => endpoints.some((other) => isDoor(other, protocol)))
      .map(({ name }) => name);
    if (doors.includes(cluster)) return [];
    const about = { endpoint: endpoint.name, id: endpoint.id, cluster, model: modelOf(group[0]!.exchange) };
    const found = findingOf(group, silence);
    const door = bestOf(doors, calls, model);
    if (door === undefined) return [{ kind: 'no-door', about, ...found } satisfies Advice as Advice];
    const change = routeTo(door, group, calls, settings);
    return change ? [{ kind: 'route', about: { ...about, door }, ...found, change } satisfies Advice] : [];
  });
}

/** Undefined where there is such a route already, or none can be written. */
function routeTo(
  cluster: string,
  cut: readonly Call[],
  calls: readonly Call[],
  { routes }: Settings,
): ConfigChange | undefined {
  const model = cut[0]?.exchange.model;
  const there = routes.some((route) => route.cluster === cluster && route.match.model?.includes(model ?? ''));
  if (model === undefined || /[*?]/.test(model) || there) return undefined;
  const match = { model, ...(onlyThinking(cut, calls) ? { thinking: true } : {}) };
  return { kind: 'route', route: { name: `long-${model}`, match, cluster } };
}

/** One that has answered this model before goes first. */
function bestOf(
  clusters: readonly string[],
  calls: readonly Call[],
  model: string | undefined,
): string | undefined {
  const answered = (name: string): boolean =>
    calls.some(
      ({ exchange, attempt }) =>
        exchange.cluster === name && exchange.model === model && attempt.result === 'answered',
    );
  return clusters.find(answered) ?? clusters[0];
}

/** Whether the cut calls asked for effort, and others of the same model did not and were answered. */
function onlyThinking(cut: readonly Call[], calls: readonly Call[]): boolean {
  const model = cut[0]?.exchange.model;
  const plain = ({ exchange, attempt }: Call): boolean =>
    exchange.model === model && exchange.effort === undefined && attempt.result === 'answered';
  return cut.every(({ exchange }) => exchange.effort !== undefined) && calls.some(plain);
}
