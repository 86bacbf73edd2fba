import { unwrapped } from '../domain/body.ts';
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
  const { rawHeaders, protocol, operation, method } = request;
  const bodyWasDecoded = request.headers['content-encoding'] !== undefined;
  const asking = { rawHeaders, protocol, operation, stream: streamed, bodyWasDecoded, traceparent };
  const replacement = replacementOf(request.model, endpoint);
  return {
    endpoint,
    model: replacement ?? request.model,
    method,
    path: upstreamPath(request.path) + request.query,
    headers: upstreamHeaders(asking, endpoint),
    body: bodyFor(request, replacement, streamed),
    timers,
  };
}

/** A model may be called anything, also as what every object has. */
function replacementOf(model: string | undefined, { models }: Endpoint): string | undefined {
  return model !== undefined && Object.hasOwn(models, model) ? models[model] : undefined;
}

/** The body as it came, unread, unless something in it has to be another. */
function bodyFor(
  request: IdentifiedRequest,
  replacement: string | undefined,
  streamed: boolean,
): AttemptCall['body'] {
  const { protocol } = request;
  const body = unwrapped(request.body);
  const asItCame = Buffer.isBuffer(body) ? body : body.pieces;
  const streamIt = streamed && !request.stream;
  if (replacement === undefined && !streamIt) return asItCame;
  const fields = scanObject(body);
  if (!fields.ok) return asItCame;
  const edits: Record<string, unknown> = {};
  if (replacement !== undefined) edits.model = replacement;
  if (streamIt) edits.stream = true;
  // The aggregate of a Chat stream has usage, as the vendor's own answer has, only if the stream has.
  if (streamIt && protocol === 'openai-chat') edits.stream_options = { include_usage: true };
  return spliceFields(body, fields.value, edits).pieces;
}
