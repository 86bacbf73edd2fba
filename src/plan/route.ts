import { type Glob, globOf } from '../domain/glob.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';

/** Do they all hold? */
export type Conditions = (request: IdentifiedRequest) => boolean;

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const inRange = (value: number | undefined, { min = 0, max = Number.POSITIVE_INFINITY }: Range): boolean =>
  value !== undefined && value >= min && value <= max;

function anyFits(globs: readonly Glob[], text: string | undefined): boolean {
  if (text === undefined) return false;
  for (const fits of globs) if (fits(text)) return true;
  return false;
}

/** A route's conditions, made ready: those that it does not set cost nothing. */
export function conditionsOf(match: Route['match']): Conditions {
  const all = [...bodyConditions(match), ...senderConditions(match)];
  return (request) => {
    for (const holds of all) if (!holds(request)) return false;
    return true;
  };
}

function bodyConditions({ model, stream, thinking, maxTokens, promptBytes }: Route['match']): Conditions[] {
  const models = model?.map(globOf);
  return [
    ...(models === undefined ? [] : [(request: IdentifiedRequest) => anyFits(models, request.model)]),
    ...(stream === undefined ? [] : [(request: IdentifiedRequest) => request.stream === stream]),
    ...(thinking === undefined ? [] : [(request: IdentifiedRequest) => request.thinking === thinking]),
    ...(maxTokens === undefined
      ? []
      : [(request: IdentifiedRequest) => inRange(request.maxTokens, maxTokens)]),
    ...(promptBytes === undefined
      ? []
      : [(request: IdentifiedRequest) => inRange(request.body.bytes, promptBytes)]),
  ];
}

function senderConditions({ protocol, headers, clientKey }: Route['match']): Conditions[] {
  return [
    ...(protocol === undefined ? [] : [(request: IdentifiedRequest) => protocol.includes(request.protocol)]),
    ...Object.entries(headers ?? {}).map(([name, pattern]): Conditions => {
      const globs = [globOf(pattern)];
      return (request) => anyFits(globs, request.headers[name]);
    }),
    ...(clientKey === undefined
      ? []
      : [(request: IdentifiedRequest) => clientKey.includes(request.client.name)]),
  ];
}
