import type { EndedBy, FailureCause } from '../domain/outcome.ts';
import { lacksModel, refusesRequest, subjectOf } from './refusals.ts';

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
  /** As it was asked for upstream. */
  readonly model?: string | undefined;
}

/** Cloudflare's own statuses. */
const isEdgeStatus = (status: number): boolean => status >= 520 && status <= 530 && status !== 529;

const VENDOR_MARKS = ['request-id', 'x-request-id', 'openai-processing-ms', 'anthropic-organization-id'];

/**
 * Was an error page made by an edge? `server: cloudflare` and `cf-ray` are on every proxied answer and prove
 * nothing; an edge's page is HTML or says so, and lacks the vendor's own marks.
 */
function madeByEdge({ status, headers, text }: ErrorAnswer): boolean {
  if (isEdgeStatus(status) || headers['cf-mitigated'] !== undefined) return true;
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
  const { status, headers, text } = answer;
  const byEdge = madeByEdge(answer);
  const endedBy = byEdge ? 'edge' : 'upstream';
  if (status === 429) return { cause: 'rate-limited', endedBy };
  if (status === 529) return { cause: 'overloaded', endedBy };
  if (status >= 401 && status <= 403) return { cause: causeOfRefusal(answer, byEdge), endedBy };
  if (status === 524 || (status === 504 && byEdge)) return { cause: 'edge-timeout', endedBy: 'edge' };
  if (headers['cf-mitigated'] !== undefined) return { cause: 'blocked', endedBy };
  return { cause: !byEdge && lacksModel(text) ? 'not-served' : 'upstream-error', endedBy };
}

/** A credential that is refused takes the endpoint out; what is refused for any other reason must not. */
function causeOfRefusal({ status, text, model }: ErrorAnswer, byEdge: boolean): FailureCause {
  // A page that an edge makes of a 401 asks for a password: that is a credential.
  if (byEdge) return status === 403 ? 'blocked' : 'bad-key';
  switch (subjectOf(text, model)) {
    case 'model':
    case 'feature':
    case 'content':
    case 'request':
      return 'not-served';
    case 'place':
      return 'blocked';
    default:
      return 'bad-key';
  }
}

const OVERLOAD_TYPES = new Set(['overloaded_error', 'overloaded', 'server_is_overloaded', 'slow_down']);

/** Vendors tell of overload and rate limits inside a stream too. */
export function causeOfStreamError(type: string): FailureCause {
  if (OVERLOAD_TYPES.has(type)) return 'overloaded';
  if (type === 'rate_limit_error' || type === 'rate_limit_exceeded') return 'rate-limited';
  return refusesRequest(type) ? 'not-served' : 'stream-error';
}
