import type { AttemptRecord, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import { shownHeaders } from '../telemetry/telemetry.ts';

/** What an exchange's evidence follows from, besides its attempts. */
interface Ending {
  readonly delivery: Delivery;
  readonly error: string | undefined;
  /** Status of the answer that its clients got. */
  readonly answerStatus: number | undefined;
  readonly leftMs: number | undefined;
}

/** No client got a good and whole answer. Undefined while that is open. An error passed on as it came is not good. */
export function isFailed({ delivery, answerStatus }: Ending): boolean | undefined {
  if (delivery === 'running') return undefined;
  return delivery !== 'delivered' || (answerStatus ?? 200) >= 400;
}

const isFailure = ({ result }: AttemptRecord): boolean =>
  result !== 'answered' && result !== 'rejected' && result !== 'cancelled';

/** Why the last attempt that failed did, else the code of the gateway's error, else `rejected` or `client-left`. */
export function causeOf(attempts: readonly AttemptRecord[], ending: Ending): string | undefined {
  const cause = attempts.findLast(isFailure)?.result ?? ending.error;
  if (cause !== undefined || !isFailed(ending)) return cause;
  if (ending.delivery === 'delivered') return 'rejected';
  return ending.delivery === 'left' || ending.leftMs !== undefined ? 'client-left' : undefined;
}

/** When the answer's first event came, since the exchange began. Only the last attempt's can be the answer's. */
export function firstEventOf(attempts: readonly AttemptRecord[], startedAt: number): number | undefined {
  const last = attempts.at(-1);
  return last?.firstEventMs === undefined ? undefined : last.startedAt - startedAt + last.firstEventMs;
}

export function longestSilenceOf(attempts: readonly AttemptRecord[]): number | undefined {
  let longest: number | undefined;
  for (const { longestSilenceMs } of attempts)
    if (longest === undefined || longestSilenceMs > longest) longest = longestSilenceMs;
  return longest;
}

/** From here on somebody may ask why it took so long. */
const SLOW_MS = 10_000;

/** The request's headers, where somebody may ask for them: it failed, was slow, or lost money. */
export function keptHeaders(
  record: ExchangeRecord,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const { startedAt, endedAt, failed, lostCalls, lostMicroUsd } = record;
  if (endedAt === undefined) return undefined;
  const isSlow = endedAt - startedAt >= SLOW_MS;
  if (failed !== true && !isSlow && lostCalls === 0 && (lostMicroUsd ?? 0) === 0) return undefined;
  return shownHeaders(headers, { credentials: 'mask', secrets: [] });
}
