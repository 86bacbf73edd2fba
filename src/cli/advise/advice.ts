import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Settings } from '../../domain/settings.ts';
import { adviceOnBilling } from './billing.ts';
import { callsOf } from './calls.ts';
import { adviceOnEdges } from './edges.ts';
import type { Advice } from './finding.ts';
import { adviceOnFirstBytes } from './first-byte.ts';
import { adviceOnListeners } from './listeners.ts';

/** What the record says should be changed, the dearest first. */
export function advise(entries: readonly LedgerEntry[], settings: Settings): readonly Advice[] {
  const calls = callsOf(entries);
  const advice = [
    ...adviceOnEdges(calls, settings),
    ...adviceOnFirstBytes(calls, settings),
    ...adviceOnListeners(entries, settings),
    ...adviceOnBilling(calls, settings),
  ];
  return advice.sort((a, b) => b.lost.microUsd - a.lost.microUsd || b.evidence.calls - a.evidence.calls);
}
