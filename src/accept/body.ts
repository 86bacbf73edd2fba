import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { type Body, bodyOf, NO_BODY } from '../domain/body.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import type { Clock, Timer } from '../platform/clock.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Longest pause between two pieces of the body. */
  readonly pauseMs: number;
}

/** Undefined: the client went away before its body was whole, and there is nobody left to tell. */
export type BodyRead = Result<Body, GatewayError> | undefined;

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

const isDecodable = (name: string): name is keyof typeof DECODERS => Object.hasOwn(DECODERS, name);

/** Reads the whole body, bounded in size and in patience. `done` is called once. */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
  done: (read: BodyRead) => void,
): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.maxBytes) return done(tooLarge(limits));
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return done(ok(NO_BODY));
  }
  new BodyReader(request, limits, clock, done).start();
}

const tooLarge = ({ maxBytes }: BodyLimits) => fail(gatewayError('body_too_large', { limitBytes: maxBytes }));

class BodyReader {
  readonly #request: IncomingMessage;
  readonly #limits: BodyLimits;
  readonly #clock: Clock;
  readonly #done: (read: BodyRead) => void;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #settled = false;
  #timer: Timer | undefined = undefined;

  constructor(request: IncomingMessage, limits: BodyLimits, clock: Clock, done: (read: BodyRead) => void) {
    this.#request = request;
    this.#limits = limits;
    this.#clock = clock;
    this.#done = done;
  }

  start(): void {
    const request = this.#request;
    request.on('data', (chunk: Buffer) => this.#take(chunk));
    request.on('end', () => this.#settle(ok({ pieces: this.#pieces, bytes: this.#bytes })));
    request.on('close', () => this.#settle(undefined));
    // An aborted upload; `close` follows and says what there is to say.
    request.on('error', ignore);
    // Most bodies come with their head: only one that does not needs a timer.
    process.nextTick(() => {
      if (!this.#settled && !request.complete) this.#timePauses();
    });
  }

  #timePauses(): void {
    const { pauseMs } = this.#limits;
    this.#timer = this.#clock.timer(pauseMs, () =>
      this.#settle(fail(gatewayError('request_timeout', { ms: pauseMs }))),
    );
  }

  #take(chunk: Buffer): void {
    if (this.#settled) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxBytes) return this.#settle(tooLarge(this.#limits));
    this.#timer?.refresh();
    this.#pieces.push(chunk);
  }

  #settle(read: BodyRead): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer?.cancel();
    this.#done(read);
  }
}

/** The socket broke under a read. */
const ignore = (): void => undefined;

/** Undoes a request's `content-encoding`, so that the model can be read and replaced. */
export async function decodeBody(
  body: Body,
  encoding: string,
  maxBytes: number,
): Promise<Result<Body, GatewayError>> {
  const name = encoding.trim().toLowerCase();
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
    const whole = Buffer.concat(body.pieces, body.bytes);
    return ok(bodyOf(await DECODERS[name](whole, { maxOutputLength: maxBytes })));
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return fail(
      tooLong
        ? gatewayError('body_too_large', { limitBytes: maxBytes })
        : gatewayError('bad_request', { detail: `the body is not valid ${name}` }),
    );
  }
}
