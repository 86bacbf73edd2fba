import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import { scanObject, spliceFields } from '../protocols/protocols.ts';
import type { AttemptCall } from './attempt-call.ts';
import { upstreamHeaders } from './upstream-headers.ts';

/** Paths that clients ask without `/v1` when their base URL has none. */
const upstreamPath = (path: string): string =>
  path.startsWith('/v1/') || path === '/' || path.startsWith('/api/') ? path : `/v1${path}`;

/** What goes upstream for a request at an endpoint: the client's bytes, but for what has to differ. `traceparent`: of this call. */
export function callFor(
  request: IdentifiedRequest,
  endpoint: Endpoint,
  timers: AttemptTimers,
  streamed: boolean,
  traceparent?: string,
): AttemptCall {
  const asking = {
    rawHeaders: request.rawHeaders,
    protocol: request.protocol,
    operation: request.operation,
    stream: streamed,
    bodyWasDecoded: request.headers['content-encoding'] !== undefined,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return {
    endpoint,
    method: request.method,
    path: upstreamPath(request.path) + request.query,
    headers: upstreamHeaders(asking, endpoint),
    body: bodyFor(request, endpoint, streamed),
    timers,
  };
}

function bodyFor(request: IdentifiedRequest, endpoint: Endpoint, streamed: boolean): Buffer {
  const { body, model, protocol } = request;
  const edits: Record<string, unknown> = {};
  const replacement = model === undefined ? undefined : endpoint.models[model];
  if (replacement !== undefined) edits.model = replacement;
  if (streamed && !request.stream) {
    edits.stream = true;
    // The aggregate of a Chat stream has usage, as the vendor's own answer has, only if the stream has.
    if (protocol === 'openai-chat') edits.stream_options = { include_usage: true };
  }
  if (Object.keys(edits).length === 0) return body;
  const fields = scanObject(body);
  return fields.ok ? Buffer.concat(spliceFields(body, fields.value, edits).pieces) : body;
}
