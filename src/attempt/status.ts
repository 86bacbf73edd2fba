import type { EndedBy, FailureCause } from '../domain/outcome.ts';

/** What a status means for the attempt, before a byte of the body is read. */
export type StatusVerdict = 'answer' | 'reject' | 'fail';

const FAILS = new Set([401, 402, 403, 408, 429]);

/** 2xx answers; 4xx is the client's business, but for those another endpoint can mend. */
export function statusVerdict(status: number): StatusVerdict {
  if (status >= 200 && status < 300) return 'answer';
  return status >= 500 || FAILS.has(status) ? 'fail' : 'reject';
}

interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first bytes of the body. */
  readonly text: string;
}

/** Cloudflare's own statuses. */
const isEdgeStatus = (status: number): boolean => status >= 520 && status <= 530 && status !== 529;

const VENDOR_MARKS = ['request-id', 'x-request-id', 'openai-processing-ms', 'anthropic-organization-id'];

/**
 * Was an error page made by an edge? `server: cloudflare` and `cf-ray` are on every proxied answer and prove
 * nothing; an edge's page is HTML or says so, and lacks the vendor's own marks.
 */
function madeByEdge({ status, headers, text }: ErrorAnswer): boolean {
  if (isEdgeStatus(status)) return true;
  if (VENDOR_MARKS.some((name) => headers[name] !== undefined)) return false;
  return (
    headers['cf-error-type'] !== undefined ||
    headers['cf-error-origin'] !== undefined ||
    /"cloudflare_error"\s*:\s*true/.test(text) ||
    /^\s*<(!doctype|html|head|center)/i.test(text)
  );
}

/** The cause behind a failing status, and who gave it. */
export function causeOfStatus(answer: ErrorAnswer): { cause: FailureCause; endedBy: EndedBy } {
  const { status } = answer;
  const byEdge = madeByEdge(answer);
  const endedBy = byEdge ? 'edge' : 'upstream';
  if (status === 429) return { cause: 'rate-limited', endedBy };
  if (status === 529) return { cause: 'overloaded', endedBy };
  if (status === 401 || status === 402 || status === 403) return { cause: 'bad-key', endedBy };
  if (status === 524 || (status === 504 && byEdge)) return { cause: 'edge-timeout', endedBy: 'edge' };
  return { cause: 'upstream-error', endedBy };
}

const OVERLOAD_TYPES = new Set(['overloaded_error', 'overloaded', 'server_is_overloaded', 'slow_down']);

/** Vendors tell of overload and rate limits inside a stream too. */
export function causeOfStreamError(type: string): FailureCause {
  if (OVERLOAD_TYPES.has(type)) return 'overloaded';
  return type === 'rate_limit_error' || type === 'rate_limit_exceeded' ? 'rate-limited' : 'stream-error';
}
