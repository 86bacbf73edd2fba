import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import { ATTEMPT, EXCHANGE, valuesOf } from './ledger-columns.ts';
import type { BegunAttempt, LedgerLine } from './ledger-line.ts';

/**
 * A line of the file as it was before it had segments: a JSON object with one part, or with the exchange and the
 * attempt that begins or ends with it. Undefined: torn by a crash, or none of ours.
 */
export function parseFormerLine(text: string): LedgerLine[] | undefined {
  try {
    const { exchange, begun, attempt } = JSON.parse(text) as {
      exchange?: ExchangeRecord;
      begun?: BegunAttempt;
      attempt?: AttemptRecord;
    };
    const ids = [exchange?.id, begun?.exchangeId, attempt?.exchangeId].filter((id) => id !== undefined);
    const id = ids[0];
    if (typeof id !== 'string' || !ids.every((other) => other === id)) return undefined;
    if (exchange !== undefined && !Number.isFinite(exchange.startedAt)) return undefined;
    const lines: LedgerLine[] = [];
    if (exchange !== undefined) lines.push({ kind: 'whole', id, exchange: valuesOf(exchange, EXCHANGE) });
    if (Number.isInteger(begun?.n)) lines.push({ kind: 'begun', id, begun: begun as BegunAttempt });
    if (Number.isInteger(attempt?.n))
      lines.push({ kind: 'attempt', id, attempt: valuesOf(attempt as AttemptRecord, ATTEMPT) });
    return lines;
  } catch {
    return undefined;
  }
}
