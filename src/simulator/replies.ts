import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Protocol } from '../domain/protocol.ts';
import { errorBody, type Page, type Refusal, scriptedPage, scriptedRefusal } from './refusals.ts';
import type { SimulatorScript } from './script.ts';

/** One call under its script. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly protocol: Protocol;
  readonly script: SimulatorScript;
  /** 24 digits, in every id of the answer. */
  readonly id: string;
  /** Instant it had arrived whole. */
  readonly at: number;
  readonly body: Buffer;
}

/** The headers by which a vendor's own answers are known. */
export const vendorHeaders = (call: Call): string[] =>
  call.protocol === 'anthropic-messages'
    ? ['request-id', `req_${call.id}`, 'anthropic-organization-id', 'simulator']
    : ['x-request-id', `req_${call.id}`, 'openai-version', '2020-10-01', 'openai-processing-ms', '1'];

/** Sends a whole body with its length. */
export function sendPage(call: Call, status: number, page: Page): void {
  const { response } = call;
  response.writeHead(status, [
    ...['content-type', page.contentType, 'content-length', String(Buffer.byteLength(page.body))],
    ...page.headers,
  ]);
  response.end(page.body);
}

const acceptsGzip = (call: Call): boolean => /\bgzip\b/.test(call.request.headers['accept-encoding'] ?? '');

/** Sends JSON as the vendor does, compressed where script and client want it. */
export function sendJson(call: Call, status: number, json: string | Buffer, headers: string[] = []): void {
  const zipped = call.script.gzip === true && acceptsGzip(call);
  const plain = typeof json === 'string' ? Buffer.from(json) : json;
  const body = zipped ? gzipSync(plain) : plain;
  const all = ['content-type', 'application/json', 'content-length', String(body.length)];
  for (const word of vendorHeaders(call)) all.push(word);
  for (const word of headers) all.push(word);
  if (zipped) all.push('content-encoding', 'gzip');
  call.response.writeHead(status, all);
  call.response.end(body);
}

/** Sends an error in the protocol's shape. */
export function sendRefusal(call: Call, refusal: Refusal, headers: string[] = []): void {
  sendJson(call, refusal.status, errorBody(call.protocol, refusal, `req_${call.id}`), headers);
}

/** Sends what a script says instead of an answer. */
export function sendReplacement(call: Call): void {
  const { script } = call;
  const status = script.status ?? 200;
  const headers = script.retryAfter === undefined ? [] : ['retry-after', String(script.retryAfter)];
  const page = scriptedPage(script, call.id, call.at);
  if (page === undefined) sendRefusal(call, scriptedRefusal(status), headers);
  else sendPage(call, status, { ...page, headers: [...page.headers, ...headers] });
}
