import { failureOf } from '../domain/failure.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Evidence, ExplainRules } from './evidence.ts';
import { oneLine } from './wording.ts';

/** What every part of an explanation works with. */
export interface Context {
  readonly evidence: Evidence;
  readonly language: Language;
  readonly rules: ExplainRules;
  /** End of the exchange, or now while it runs. */
  readonly endedAt: number;
}

export const endpointName = ({ endpoints, cluster }: Evidence, id: string | undefined): string => {
  if (id === undefined) return '-';
  const view = endpoints.find((one) => one.id === id)?.view ?? cluster.find((one) => one.id === id);
  return oneLine(view?.name ?? id, 60);
};

/** Since the exchange began; never below 0, since clocks may be set back. */
export const sinceBegin = ({ evidence }: Context, at: number): number =>
  Math.max(0, at - evidence.exchange.startedAt);

export const totalMs = (context: Context): number => sinceBegin(context, context.endedAt);

/** Ended, and nothing more to come: a row that a crash left open is no running exchange. */
export const isRunning = ({ delivery, endedAt }: ExchangeRecord): boolean =>
  delivery === 'running' && endedAt === undefined;

/** Its bytes are an answer's: the body of a 4xx or 5xx, and a page under 200, are none. */
export const hasAnswer = ({ status, result }: AttemptRecord): boolean =>
  (status ?? 200) < 400 && result !== 'rejected' && !failureOf(result)?.noAnswer;

export const didFail = (attempt: AttemptRecord): boolean =>
  attempt.result !== 'answered' && attempt.result !== 'rejected' && attempt.result !== 'cancelled';

/** No client got a good and whole answer. Rows of earlier versions do not say so in a field of its own. */
export function exchangeFailed(
  { failed, delivery, status }: ExchangeRecord,
  attempts: readonly AttemptRecord[],
): boolean {
  if (failed !== undefined) return failed;
  if (delivery === 'running') return false;
  if (delivery !== 'delivered') return true;
  return (status ?? 200) >= 400 || attempts.at(-1)?.result === 'rejected';
}
