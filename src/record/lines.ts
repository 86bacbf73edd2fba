import type { EndpointView, HealthEvent } from '../domain/health.ts';
import { errorText, type GatewayError } from '../errors/gateway-error.ts';
import type { LogEvent } from '../telemetry/telemetry.ts';
import type { FollowedRecord, Note } from './note.ts';

/** The log's line of a request that got an error of the gateway's own. */
export function gaveUpLine(id: string, error: GatewayError, attempts: number, durationMs: number): LogEvent {
  const { code, status } = error;
  return { kind: 'gave-up', id, code, status, attempts, durationMs, detail: errorText(error) };
}

/** The log's last line of one client's request. */
export function endLine(
  note: Note,
  { requestId: id, followed, durationMs, sentBytes }: FollowedRecord,
): LogEvent {
  const attempts = note.calls.length;
  const last = note.calls.at(-1)?.outcome;
  const endpointId = last?.endpointId ?? '';
  const error = 'error' in followed ? followed.error : undefined;
  if (followed.kind === 'left') return { kind: 'client-left', id, durationMs, sentBytes };
  if (followed.kind === 'broken' && error)
    return { kind: 'broken', id, endpointId, durationMs, detail: errorText(error) };
  if (error) return gaveUpLine(id, error, attempts, durationMs);
  const status = last && last.kind !== 'failed' ? last.status : 200;
  if (last?.kind === 'rejected') return { kind: 'rejected', id, status, endpointId, durationMs };
  const times = last?.times;
  return {
    kind: 'answered',
    id,
    status,
    endpointId,
    durationMs,
    attempts,
    bytes: sentBytes,
    firstByteMs: times?.firstByteMs,
    firstEventMs: times?.firstEventMs,
    usage: last?.usage,
  };
}

/** Verifications tell of themselves as they run; this tells of what traffic did to an endpoint. */
export function healthLine(
  { kind, endpointId, detail, at }: HealthEvent,
  view: EndpointView | undefined,
): LogEvent | undefined {
  switch (kind) {
    case 'opened':
      return { kind: 'circuit-open', endpointId, failures: view?.consecutiveFailures ?? 0, detail };
    case 'cooled-down':
      return { kind: 'rate-limited', endpointId, forMs: Math.max(0, (view?.coolingUntil ?? at) - at) };
    case 'recovered':
    case 'cleared':
      return { kind: 'recovered', endpointId };
    case 'edge-learned':
      return { kind: 'note', detail: `endpoint ${view?.name ?? endpointId}: ${detail}` };
    case 'verified':
    case 'verification-failed':
      return undefined;
    default:
      return { kind: 'note', detail: `${endpointId}: ${detail}` };
  }
}
