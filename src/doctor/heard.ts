import type { Endpoint } from '../domain/endpoint.ts';
import type { Phase } from '../domain/outcome.ts';
import { maskKeys, redact } from '../telemetry/telemetry.ts';

/** What came back. `failure`: the answer is not whole, or there is none. */
export interface Heard {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 2 MiB. */
  readonly body: Buffer;
  /** Since the question; absent = did not come. */
  readonly headMs?: number;
  readonly firstByteMs?: number;
  readonly totalMs: number;
  /** The longest time without a byte of the body, that before the first one and that before the end included. */
  readonly longestSilenceMs: number;
  readonly failure?: {
    readonly phase: Phase;
    readonly detail: string;
    /** Nothing broke: we did not wait any longer. */
    readonly timedOut: boolean;
  };
}

/** The beginning of a body as text, without the endpoint's key and whatever else looks like one. */
export function textOf({ body }: Heard, { apiKey }: Pick<Endpoint, 'apiKey'>): string {
  return maskKeys(redact(body.toString('utf8'), [apiKey]));
}
