import type { LedgerSettings } from '../domain/settings.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Store } from '../storage/storage.ts';
import type { Log } from '../telemetry/telemetry.ts';

/** Lets go of the ledger's old rows. */
export interface Retention {
  /** The settings may have changed. What they let go is deleted a minute later: `9d` may be on its way to `90d`. */
  apply(): void;
  /** No further step begins; the rest goes at the next start. */
  stop(): void;
}

export interface RetentionPorts {
  readonly store: Pick<Store, 'pruneLedger'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'write'>;
  settings(): LedgerSettings;
}

const EVERY_MS = 3_600_000;
const AFTER_CHANGE_MS = 60_000;

/** Prunes the ledger now, each hour, and after each change of its settings; one pruning at a time. */
export function startRetention({ store, clock, log, settings }: RetentionPorts): Retention {
  let inForce = settings();
  let running = false;
  let stopped = false;
  let next: Timer | undefined;

  function pruneIn(ms: number): void {
    next?.cancel();
    next = clock.timer(ms, () => void prune());
  }

  async function prune(): Promise<void> {
    pruneIn(EVERY_MS);
    const limits = inForce;
    if (running || (limits.keepMs === undefined && limits.maxBytes === undefined)) return;
    running = true;
    try {
      const exchanges = await store.pruneLedger(
        {
          ...(limits.keepMs === undefined ? {} : { before: clock.wall() - limits.keepMs }),
          ...(limits.maxBytes === undefined ? {} : { maxBytes: limits.maxBytes }),
        },
        () => !stopped && inForce === limits,
      );
      if (exchanges > 0) log.write({ kind: 'ledger-pruned', exchanges });
    } catch (error) {
      const detail = `Old requests could not be deleted from the ledger: ${(error as Error).message}`;
      if (!stopped) log.write({ kind: 'trouble', detail });
    }
    running = false;
  }

  void prune();
  return {
    apply() {
      const { keepMs, maxBytes } = settings();
      if (keepMs === inForce.keepMs && maxBytes === inForce.maxBytes) return;
      inForce = settings();
      pruneIn(AFTER_CHANGE_MS);
    },
    stop() {
      stopped = true;
      next?.cancel();
    },
  };
}
