import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../platform/clock.ts';
import type { PostAnswer, Poster } from '../post.ts';
import type { SignalSettings } from './environment.ts';

export interface SendingPorts {
  readonly clock: Clock;
  readonly poster: Poster;
  random(): number;
  /** Says what went wrong, once until something else does. Free of secrets. */
  onTrouble(detail: string): void;
}

export type Sent = { readonly ok: true; readonly rejected: number } | { readonly ok: false };

/** As the specification has it; everything else is final. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A `retry-after` beyond this is no answer for a batch that waits in memory. */
const LONGEST_RETRY_AFTER_MS = 120_000;

const gzipped = promisify(gzip);

/**
 * Sends one message, with retries, as OTLP/HTTP demands
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). `hurry()` true: no more retries.
 */
export async function sendMessage(
  message: object,
  what: 'traces' | 'metrics',
  { url, headers, timeoutMs, gzip: compressed }: SignalSettings,
  { clock, poster, random, onTrouble }: SendingPorts,
  hurry: () => boolean,
): Promise<Sent> {
  const text = JSON.stringify(message);
  const body = compressed ? await gzipped(text) : text;
  const all = {
    ...headers,
    'content-type': 'application/json',
    ...(compressed ? { 'content-encoding': 'gzip' } : {}),
  };
  for (let tries = 1; ; tries += 1) {
    const result = await poster.post({ url, headers: all, body, timeoutMs });
    if (result.kind === 'answered' && result.answer.status >= 200 && result.answer.status < 300)
      return { ok: true, rejected: rejectedIn(result.answer.body, what, onTrouble) };
    const detail = result.kind === 'failed' ? result.detail : `HTTP ${result.answer.status}`;
    const again = result.kind === 'failed' || RETRYABLE.has(result.answer.status);
    if (!again || tries >= MOST_TRIES || hurry()) {
      onTrouble(`OTLP: ${what} could not be sent to ${new URL(url).host}: ${detail}`);
      return { ok: false };
    }
    const asked = result.kind === 'answered' ? retryAfterMs(result.answer, clock.wall()) : undefined;
    await clock.sleep(asked ?? pauseMs(tries, random));
  }
}

function pauseMs(tries: number, random: () => number): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  return most / 2 + (random() * most) / 2;
}

/** `retry-after`: seconds or a date. */
function retryAfterMs({ headers }: PostAnswer, now: number): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS) : undefined;
}

/** A receiver may take a part only; what it refused it will never take. */
function rejectedIn(body: string, what: 'traces' | 'metrics', onTrouble: (detail: string) => void): number {
  const field = what === 'traces' ? 'rejectedSpans' : 'rejectedDataPoints';
  try {
    const { partialSuccess } = JSON.parse(body || '{}') as {
      partialSuccess?: { [name: string]: unknown; errorMessage?: unknown };
    };
    const rejected = Number(partialSuccess?.[field] ?? 0);
    if (!(rejected > 0)) return 0;
    onTrouble(
      `OTLP: ${rejected} of the ${what} refused: ${String(partialSuccess?.errorMessage ?? '').slice(0, 200)}`,
    );
    return rejected;
  } catch {
    return 0;
  }
}
