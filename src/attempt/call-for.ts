import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import { scanObject, spliceFields } from '../protocols/protocols.ts';
import type { AttemptCall } from './run.ts';
import { upstreamHeaders } from './upstream-headers.ts';

/** Paths that clients ask without `/v1` when their base URL has none. */
const upstreamPath = (path: string): string =>
  path.startsWith('/v1/') || path === '/' || path.startsWith('/api/') ? path : `/v1${path}`;

/** What goes upstream for a request at an endpoint: the client's bytes, but for what has to differ. */
export function callFor(request: IdentifiedRequest, endpoint: Endpoint, timers: AttemptTimers): AttemptCall {
  return {
    endpoint,
    method: request.method,
    path: upstreamPath(request.path) + request.query,
    headers: upstreamHeaders(
      { ...request, bodyWasDecoded: request.headers['content-encoding'] !== undefined },
      endpoint,
    ),
    body: bodyFor(request, endpoint),
    timers,
  };
}

function bodyFor({ body, model }: IdentifiedRequest, endpoint: Endpoint): Buffer {
  const replacement = model === undefined ? undefined : endpoint.models[model];
  if (replacement === undefined) return body;
  const fields = scanObject(body);
  return fields.ok ? spliceFields(body, fields.value, { model: replacement }) : body;
}
