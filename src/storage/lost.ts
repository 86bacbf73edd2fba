import type { AttemptRecord, Delivery } from '../domain/ledger.ts';

/**
 * Whether an attempt was, or probably was, charged for nothing: it was charged or is likely to be, and no client
 * got its answer. A merely possible charge (a 500, a 502) is not called a loss.
 */
export function attemptLost(
  { result, charge, chargeRisk }: Pick<AttemptRecord, 'result' | 'charge' | 'chargeRisk'>,
  delivery: Delivery,
): boolean {
  if (delivery === 'running' && result === 'answered') return false;
  if (delivery === 'delivered' && result === 'answered') return false;
  if (charge === 'not-charged') return false;
  return charge !== 'unknown' || chargeRisk === 'likely' || chargeRisk === 'certain';
}
