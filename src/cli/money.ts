import type { ChargeState } from '../domain/ledger.ts';

/** Money whose amount nobody knows, which is not 0. */
export const UNKNOWN_MONEY = '?';

const HUNDRED_USD = 100_000_000;
const LEAST_SHOWN = 50;

/** Micro-USD as `$0.0123`; from $100 on in cents. What is too small to be seen is said to be. */
export function money(microUsd: number): string {
  if (microUsd > 0 && microUsd < LEAST_SHOWN) return '<$0.0001';
  const digits = microUsd < HUNDRED_USD ? 4 : 2;
  const usd = (microUsd / 1_000_000).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `$${usd}`;
}

/** What a call or an exchange cost: `~` where the tokens are our own count. */
export function cost(microUsd: number | undefined, charge: ChargeState): string {
  if (microUsd === undefined) return UNKNOWN_MONEY;
  return `${charge === 'estimated' ? '~' : ''}${money(microUsd)}`;
}

/** A sum that leaves out what is unknown: `$0.0123 + ?`, or `?` where nothing else is in it. */
export function sum(microUsd: number, unknown: number): string {
  if (unknown === 0) return money(microUsd);
  return microUsd === 0 ? UNKNOWN_MONEY : `${money(microUsd)} + ${UNKNOWN_MONEY}`;
}
