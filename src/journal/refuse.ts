import type { Downstream } from '../domain/downstream.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Language } from '../errors/catalogue.ts';
import { errorText, type GatewayError } from '../errors/gateway-error.ts';
import { type ErrorShape, errorBody } from '../protocols/protocols.ts';

/** An error of the gateway's own, ready to be shaped by a protocol. */
export function shapeOf(error: GatewayError, requestId: string, language: Language): ErrorShape {
  return { status: error.status, code: error.code, message: errorText(error, language), requestId };
}

/** Answers with an error of the gateway's own: the protocol's shape, the catalogue's status and code. */
export function refuse(
  downstream: Downstream,
  error: GatewayError,
  about: {
    readonly protocol: Protocol;
    readonly requestId: string;
    readonly language: Language;
    readonly headers?: readonly string[];
  },
): void {
  const body =
    error.verbatim?.body ?? errorBody(about.protocol, shapeOf(error, about.requestId, about.language));
  const headers = [
    'content-type',
    error.verbatim?.contentType ?? 'application/json',
    'x-qcc-request-id',
    about.requestId,
    'x-qcc-error',
    error.code,
    ...(about.headers ?? []),
  ];
  if (!error.retryHelps) headers.push('x-should-retry', 'false');
  if (error.retryAfterMs !== undefined)
    headers.push('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  downstream.answer(error.status, headers, body);
}
