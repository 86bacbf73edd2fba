import type { Usage } from '../domain/usage.ts';
import { inParens, ms, seconds } from './line-parts.ts';
import type { LineCatalogue, LogEventOf } from './log-event.ts';

const took = (value: number) => `took ${ms(value)}`;
const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The English log. The beginnings of these lines are what people grep for: they stay. */
export const LINES_EN: LineCatalogue = {
  request: (e) => `[${e.id}] ${e.method} ${e.path}${inParens(e.model, e.client)}`,
  picked: (e) =>
    `[${e.id}] picked endpoint ${e.endpointId} (${e.baseUrl})${e.why === '' ? '' : `, ${e.why}`}`,
  retry: (e) =>
    `[${e.id}] retry ${e.n}/${e.max}, picked endpoint ${e.endpointId} (${e.baseUrl})${e.waitedMs > 0 ? `, waited ${ms(e.waitedMs)}` : ''}`,
  'attempt-failed': (e) => `[${e.id}] ${failure(e)}`,
  answered: (e) =>
    `[${e.id}] answered ${e.status} by endpoint ${e.endpointId}, ${counted(e.attempts, 'attempt')}${e.firstByteMs === undefined ? '' : `, first byte ${ms(e.firstByteMs)}`}${e.firstEventMs === undefined ? '' : `, first event ${ms(e.firstEventMs)}`}${tokens(e.usage)}, ${counted(e.bytes, 'byte')}, ${took(e.durationMs)}`,
  'gave-up': (e) =>
    `[${e.id}] ${e.attempts > 1 ? `failed after ${e.attempts - 1} ${e.attempts === 2 ? 'retry' : 'retries'}` : 'failed'}, status ${e.status} (${e.code}: ${e.detail}), ${took(e.durationMs)}`,
  rejected: (e) =>
    `[${e.id}] rejected upstream with ${e.status} by endpoint ${e.endpointId}, ${took(e.durationMs)}`,
  'client-left': (e) =>
    `[${e.id}] the client left after ${counted(e.sentBytes, 'byte')}, ${took(e.durationMs)}`,
  joined: (e) =>
    `[${e.id}] joined the answer of ${e.exchangeId} (${e.how === 'live' ? 'being made' : 'finished, replayed'}): no new call`,
  detached: (e) =>
    `[${e.id}] nobody follows any more (${e.why}): ${{ 'run-on': 'it runs on', grace: 'cancelled after the grace', cancel: 'upstream call cancelled' }[e.fate]}`,
  undelivered: (e) => `[${e.id}] answer not delivered (${e.why}), ${e.bytes} bytes let go`,
  'not-kept': (e) =>
    `[${e.id}] its answer is no longer kept for a client that comes back (${e.why}), ${e.bytes} bytes`,
  broken: (e) => `[${e.id}] answer broken: ${e.detail}, endpoint ${e.endpointId}, ${took(e.durationMs)}`,
  'verify-start': (e) => `🔍 verifying ${counted(e.count, 'failed endpoint')}`,
  verified: (e) => `✅ endpoint ${e.endpointId} verified, ${took(e.tookMs)}`,
  'verify-failed': (e) =>
    `❌ endpoint ${e.endpointId} failed its verification: ${e.detail}, next one in ${seconds(e.nextCheckMs)}`,
  'rate-limited': (e) => `⚠️ endpoint ${e.endpointId} is rate limited, paused for ${seconds(e.forMs)}`,
  'circuit-open': (e) =>
    `⛔ endpoint ${e.endpointId} failed ${counted(e.failures, 'time')} in a row, moved to the failure queue: ${e.detail}`,
  recovered: (e) => `✅ endpoint ${e.endpointId} is back`,
  listening: (e) => `QCC is listening on ${e.address}`,
  reloaded: (e) =>
    `configuration reloaded: ${counted(e.clusters, 'cluster')}, ${counted(e.endpoints, 'endpoint')}`,
  'reload-failed': (e) => `configuration not reloaded, the last good one stays: ${e.detail}`,
  'ledger-pruned': (e) => `${counted(e.exchanges, 'old request')} deleted from the ledger`,
  draining: (e) => `stopping: waiting for ${counted(e.running, 'running request')}`,
  stopped: () => 'QCC has stopped',
  note: (e) => e.detail,
  trouble: (e) => e.detail,
  internal: (e) => `${e.id === undefined ? '' : `[${e.id}] `}internal error: ${e.detail}`,
};

function failure(e: LogEventOf<'attempt-failed'>): string {
  const where = `endpoint ${e.endpointId}, phase ${e.phase}, silent for ${ms(e.silenceMs)}, charge risk ${e.chargeRisk}, ${took(e.afterMs)}`;
  if (e.timer !== undefined) {
    return `request timed out (timer ${e.timer.name} ${ms(e.timer.ms)}, set by ${e.timer.setBy}), ${where}`;
  }
  if (e.status === undefined || e.status < 400) return `forwarding failed: ${e.detail}, ${where}`;
  return `upstream failed: ${e.status}${e.detail === `HTTP ${e.status}` ? '' : ` (${e.detail})`}, ${where}`;
}

function tokens(usage: Usage | undefined): string {
  if (usage?.inputTokens === undefined && usage?.outputTokens === undefined) return '';
  return `, tokens ${usage.inputTokens ?? '?'} in / ${usage.outputTokens ?? '?'} out`;
}
