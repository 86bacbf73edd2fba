import { type Glob, globOf } from '../domain/glob.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';

const ready = new Map<string, Glob>();

function globReady(pattern: string): Glob {
  let glob = ready.get(pattern);
  if (glob === undefined) {
    glob = globOf(pattern);
    ready.set(pattern, glob);
  }
  return glob;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const inRange = (value: number | undefined, range: Range | undefined): boolean =>
  range === undefined ||
  (value !== undefined && value >= (range.min ?? 0) && value <= (range.max ?? Number.POSITIVE_INFINITY));

const anyFits = (globs: readonly string[] | undefined, text: string | undefined): boolean =>
  globs === undefined || (text !== undefined && globs.some((glob) => globReady(glob)(text)));

const same = <T>(wanted: T | undefined, value: T): boolean => wanted === undefined || wanted === value;

function headersFit(
  wanted: Readonly<Record<string, string>> | undefined,
  request: IdentifiedRequest,
): boolean {
  return Object.entries(wanted ?? {}).every(([name, glob]) => anyFits([glob], request.headers[name]));
}

/** Do all the conditions of a route hold? */
export function routeFits({ match }: Route, request: IdentifiedRequest): boolean {
  return (
    anyFits(match.model, request.model) &&
    (match.protocol?.includes(request.protocol) ?? true) &&
    same(match.stream, request.stream) &&
    same(match.thinking, request.thinking) &&
    inRange(request.maxTokens, match.maxTokens) &&
    inRange(request.body.length, match.promptBytes) &&
    headersFit(match.headers, request) &&
    (match.clientKey?.includes(request.client.name) ?? true)
  );
}

/** The first route that fits. */
export function routeFor(request: IdentifiedRequest, routes: readonly Route[]): Route | undefined {
  return routes.find((route) => routeFits(route, request));
}
