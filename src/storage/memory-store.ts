import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import { memoryAnswers } from './memory-answers.ts';
import { memoryLedger } from './memory-ledger.ts';
import { HISTORY_MAX, NO_TOTALS, type Store, type Totals } from './store.ts';
import { sumTotals } from './write-batch.ts';

/** The same contract without a disk: for tests, and for when the disk fails. `notes` are passed on. */
export function memoryStore(notes: readonly string[] = []): Store {
  const endpoints = new Map<string, EndpointSnapshot>();
  const events = new Map<string, HealthEvent[]>();
  let totals: Totals = NO_TOTALS;
  return {
    notes,
    saveEndpoints(snapshots) {
      for (const snapshot of snapshots) endpoints.set(snapshot.endpointId, structuredClone(snapshot));
    },
    loadEndpoints: async () => [...endpoints.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1)),
    appendHealthEvents(added) {
      for (const event of added) {
        const history = events.get(event.endpointId) ?? [];
        history.push({ ...event });
        if (history.length > HISTORY_MAX) history.shift();
        events.set(event.endpointId, history);
      }
    },
    healthHistory: async (endpointId, limit) =>
      (events.get(endpointId) ?? []).slice().reverse().slice(0, Math.max(0, limit)),
    addTotals(delta) {
      totals = sumTotals(totals, delta);
    },
    loadTotals: async () => totals,
    ...memoryLedger(),
    ...memoryAnswers(),
    flush: async () => {},
    close: async () => {},
  };
}
