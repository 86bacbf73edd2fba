import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Longest pause between two pieces of the body. */
  readonly pauseMs: number;
}

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

const isDecodable = (name: string): name is keyof typeof DECODERS => Object.hasOwn(DECODERS, name);

/**
 * Reads the whole body, bounded in size and in patience. Undefined: the client went away before it was whole,
 * and there is nobody left to tell.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<Result<Buffer, GatewayError> | undefined> {
  const tooLarge = () => fail(gatewayError('body_too_large', { limitBytes: limits.maxBytes }));
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.maxBytes) return Promise.resolve(tooLarge());
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return Promise.resolve(ok(Buffer.alloc(0)));
  }

  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const pause = clock.timer(limits.pauseMs, () =>
      settle(fail(gatewayError('request_timeout', { ms: limits.pauseMs }))),
    );
    const settle = (result: Result<Buffer, GatewayError> | undefined) => {
      pause.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxBytes) return settle(tooLarge());
      chunks.push(chunk);
      pause.refresh();
    };
    const onEnd = () =>
      settle(ok(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    const onClose = () => settle(undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.on('error', () => {
      // An aborted upload; `close` follows and says what there is to say.
    });
  });
}

/** Undoes a request's `content-encoding`, so that the model can be read and replaced. */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Result<Buffer, GatewayError>> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return ok(body);
  if (!isDecodable(name)) {
    return fail(
      gatewayError('bad_header', {
        header: 'content-encoding',
        value: name.slice(0, 40),
        expected: 'gzip, deflate, br or identity',
      }),
    );
  }
  try {
    return ok(await DECODERS[name](body, { maxOutputLength: maxBytes }));
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return fail(
      tooLong
        ? gatewayError('body_too_large', { limitBytes: maxBytes })
        : gatewayError('bad_request', { detail: `the body is not valid ${name}` }),
    );
  }
}
