import { STATUS_CODES } from 'node:http';
import type { Protocol } from '../domain/protocol.ts';
import type { SimulatorScript } from './script.ts';

/** An error to answer with, not yet in any protocol's shape. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** The offending field, where OpenAI names it. */
  readonly param?: string;
  /** OpenAI's code; default: by status. */
  readonly code?: string;
}

/** A body with its headers. */
export interface Page {
  readonly contentType: string;
  readonly body: string;
  readonly headers: readonly string[];
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const OPENAI_CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
  529: 'overloaded',
};

const anthropicType = (status: number): string =>
  ANTHROPIC_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

function openaiType(status: number): string {
  if (status === 429) return 'requests';
  if (status === 529) return 'overloaded_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** The error body of a protocol. */
export function errorBody(protocol: Protocol, refusal: Refusal, requestId: string): string {
  const { status, message } = refusal;
  if (protocol === 'anthropic-messages') {
    const error = { type: anthropicType(status), message };
    return JSON.stringify({ type: 'error', error, request_id: requestId });
  }
  const code = refusal.code ?? OPENAI_CODES[status] ?? null;
  return JSON.stringify({ error: { message, type: openaiType(status), param: refusal.param ?? null, code } });
}

/** What a vendor says of a status that was scripted. */
export const scriptedRefusal = (status: number): Refusal => ({
  status,
  message: `${statusText(status)} (simulated)`,
});

/** The model ran out of capacity while it was answering. */
export const overloaded = (protocol: Protocol): Refusal =>
  protocol === 'anthropic-messages'
    ? { status: 529, message: 'Overloaded' }
    : { status: 503, message: 'The server is overloaded', code: 'overloaded' };

const EDGE_TEXTS: Readonly<Record<number, string>> = {
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
  530: 'Origin could not be resolved',
};

const statusText = (status: number): string =>
  EDGE_TEXTS[status] ?? { 504: 'Gateway Time-out' }[status] ?? STATUS_CODES[status] ?? 'Error';

function cloudflareHtml(status: number, ray: string): string {
  const title = `${status}: ${statusText(status)}`;
  return `<!DOCTYPE html>
<html lang="en-US">
<head><title>simulator | ${title}</title></head>
<body><div id="cf-wrapper"><div id="cf-error-details">
<h1>${statusText(status)} <span>Error code ${status}</span></h1>
<p>Browser: working. Cloudflare: working. Host: error.</p>
<p>Cloudflare Ray ID: ${ray}</p>
</div></div></body>
</html>
`;
}

function nginxHtml(status: number): string {
  const title = `${status} ${statusText(status)}`;
  return [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
}

/** RFC 9457 problem details with Cloudflare's additions. */
function cloudflareJson(status: number, ray: string, nowMs: number): string {
  return JSON.stringify({
    type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-${status}/`,
    title: `Error ${status}: ${statusText(status)}`,
    status,
    detail: 'The origin web server did not give an answer that could be passed on.',
    instance: ray,
    error_code: status,
    error_name: status === 524 ? 'origin_timeout' : 'origin_error',
    error_category: 'origin',
    ray_id: ray,
    timestamp: new Date(nowMs).toISOString(),
    cloudflare_error: true,
    retryable: true,
    owner_action_required: false,
  });
}

const cloudflareHeaders = (ray: string): string[] => ['server', 'cloudflare', 'cf-ray', ray];

/** Cloudflare's page for a status, in HTML or as JSON. */
export function cloudflarePage(status: number, id: string, nowMs: number, json: boolean): Page {
  const ray = `${id.slice(-16)}-SIM`;
  return json
    ? {
        contentType: 'application/json; charset=utf-8',
        body: cloudflareJson(status, ray, nowMs),
        headers: cloudflareHeaders(ray),
      }
    : {
        contentType: 'text/html; charset=UTF-8',
        body: cloudflareHtml(status, ray),
        headers: cloudflareHeaders(ray),
      };
}

/** nginx's page for a status. */
export const nginxPage = (status: number): Page => ({
  contentType: 'text/html',
  body: nginxHtml(status),
  headers: ['server', 'nginx'],
});

/** An HTML page under 200: what a captive portal or a relay's front page answers. */
const FRONT_PAGE: Page = {
  contentType: 'text/html; charset=utf-8',
  body: '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n',
  headers: ['server', 'nginx'],
};

/** The page of a script whose `body` is not the protocol's own; statuses 520 to 530 look like Cloudflare's. */
export function scriptedPage(script: SimulatorScript, id: string, nowMs: number): Page | undefined {
  const status = script.status ?? 200;
  switch (script.body) {
    case 'html':
      if (status === 200) return FRONT_PAGE;
      return status >= 520 && status !== 529 ? cloudflarePage(status, id, nowMs, false) : nginxPage(status);
    case 'cloudflare-json':
      return cloudflarePage(status, id, nowMs, true);
    case 'empty':
      return { contentType: 'application/json', body: '', headers: [] };
    default:
      return undefined;
  }
}
