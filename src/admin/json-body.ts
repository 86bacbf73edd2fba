import type { IncomingMessage } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import { badRequest, failure, type ReadJson } from './answer.ts';

/** A form is small, and its sender near: one that takes longer is stuck. */
const PATIENCE_MS = 10_000;

type Read =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'too-large' | 'too-slow' | 'gone' };

/** The parser's own words are left out: they quote the text, which may be a configuration. */
const NO_OBJECT = failure(400, 'bad_json', 'The body is not a JSON object.');

/** Reads a request's body as a JSON object: no larger than asked for, and whole within 10 s. */
export function jsonBodyOf(request: IncomingMessage, clock: Clock): ReadJson {
  return async (maxBytes) => {
    const read = await readText(request, maxBytes, clock);
    switch (read.kind) {
      case 'too-large':
        return {
          ok: false,
          error: failure(413, 'body_too_large', `The body is over the limit of ${maxBytes} bytes.`),
        };
      case 'too-slow':
        return {
          ok: false,
          error: failure(408, 'request_timeout', `The body did not arrive within ${PATIENCE_MS} ms.`),
        };
      case 'gone':
        return { ok: false, error: badRequest('its body broke off') };
      case 'whole':
        return parsed(read.text);
    }
  };
}

function readText(request: IncomingMessage, maxBytes: number, clock: Clock): Promise<Read> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (read: Read) => {
      patience.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(read);
    };
    const patience = clock.timer(PATIENCE_MS, () => settle({ kind: 'too-slow' }));
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return settle({ kind: 'too-large' });
      chunks.push(chunk);
    };
    const onEnd = () => settle({ kind: 'whole', text: Buffer.concat(chunks, size).toString('utf8') });
    const onClose = () => settle({ kind: 'gone' });
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.on('error', () => {
      // An aborted upload; `close` follows.
    });
  });
}

function parsed(text: string): Awaited<ReturnType<ReadJson>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: NO_OBJECT };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { ok: true, value: value as Record<string, unknown> };
  return { ok: false, error: NO_OBJECT };
}
